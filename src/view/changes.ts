import type { Impact } from '../diff/change.ts';
import type { ValueChange } from '../diff/format/values.ts';

/** What the spec changes in one environment, against what was compiled or said before. */
export interface ViewChanges {
  /** What it was compared with, in words. */
  readonly against: string;
  /** Why there is nothing to compare with, and what to do; null where there is. */
  readonly problem: string | null;
  /** The worst first. */
  readonly changes: readonly ViewChange[];
  /** What else there is to say, each a sentence. */
  readonly notes: readonly string[];
}

export interface ViewChange {
  /** e.g. `cloudSql.instance`. */
  readonly resource: string;
  /** Null: the resource as a whole. */
  readonly field: string | null;
  readonly values: ValueChange;
  readonly impact: Impact;
  readonly rule: {
    readonly id: string;
    readonly reason: string;
    /** The data that is gone afterwards; null where none is. */
    readonly loss: string | null;
    /** Where it can be looked up, in words. */
    readonly source: string;
  };
  readonly acknowledged: { readonly counts: boolean; readonly words: string } | null;
  readonly places: readonly ChangePlace[];
  readonly files: readonly ChangedFile[];
}

export interface ChangePlace {
  readonly path: string;
  readonly file: string;
  readonly line: number;
  /** The file is that of the past: the place is gone from the spec. */
  readonly gone: boolean;
}

export interface ChangedFile {
  readonly path: string;
  readonly kind: 'changed' | 'made' | 'removed';
  /** The first of each stretch, as they count before the change. */
  readonly lines: readonly number[];
}
