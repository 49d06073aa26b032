import type { GoodItem, Judged } from '../item/judge.ts';
import type { ItemRow } from '../load/load-batch.ts';
import type { Found } from '../load/lookup.ts';
import type { Moment } from './recent-writes.ts';

export type JudgedItem = Exclude<Judged, { kind: 'collection' }>;
export type JudgedCollection = Extract<Judged, { kind: 'collection' }>;

/** One item, good or bad, and where it came from. */
export interface Entry {
  /** In its batch, from 1. */
  readonly position: number;
  readonly shard: number;
  readonly source: string;
  readonly place: string;
  readonly judged: JudgedItem;
  /** As it will be written; null for another shard's, and where its collection was not known yet. */
  readonly row: ItemRow | null;
  /** What the database has of it, where that was found before it was read. */
  readonly found: Found | null;
}

export type GoodEntry = Entry & { readonly judged: GoodItem };

export function isGood(entry: Entry): entry is GoodEntry {
  return entry.judged.kind === 'item';
}

/** Items that follow each other in the source, in its order: of all shards, where its part is not one shard's own. */
export interface Batch {
  readonly kind: 'batch';
  /** From 1. */
  readonly number: number;
  readonly entries: readonly Entry[];
  /** Collections met among the items. */
  readonly collections: readonly JudgedCollection[];
  /** A large document is in it: nothing is read or loaded beside it, for memory's sake. */
  readonly isLarge: boolean;
  /** The ledger was not asked for any of its items before. */
  readonly asked: Moment;
  /** What each of its documents was read into, to be released once it has ended. */
  readonly memory: readonly ArrayBufferLike[];
}
