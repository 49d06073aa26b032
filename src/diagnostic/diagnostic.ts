import type { Code } from './catalog.ts';

/** A place between two positions of one file. Lines and columns count from 1, columns in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning';

/** One mistake of a user's: what, where, and what to write instead. */
export interface Diagnostic {
  /** Stable, e.g. `PF201`. */
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  readonly file: string;
  readonly range: Range;
  readonly related?: readonly Related[];
}

export interface Related {
  readonly message: string;
  readonly file: string;
  readonly range: Range;
}

/** What a stage gives: a value, or every mistake that kept it from one. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
