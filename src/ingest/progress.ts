import type { Counts } from './run/outcome.ts';

/** A shard of a run, as messages, log lines and metrics name it. */
export interface ShardPlace {
  /** A UUID. */
  readonly run: string;
  readonly pipeline: string;
  /** From 1. */
  readonly shard: number;
  readonly shards: number;
}

/** What happens in a run. Amounts add up: each is what came since the last one of its kind. */
export type Happening =
  /** The shard's lease is asked for: another runner may hold it. */
  | { readonly kind: 'waiting' }
  /** `limit`: documents read at most; null for all. */
  | { readonly kind: 'started'; readonly limit: number | null }
  /** A batch is committed, or was by an earlier start; `counts` are the shard's so far, `documents` those read for it. */
  | { readonly kind: 'batch'; readonly counts: Counts; readonly documents: number }
  /** What the source says there is to read: in all, or more (less, where negative) than it said before. */
  | { readonly kind: 'expected'; readonly documents?: number; readonly bytes?: number }
  | { readonly kind: 'read'; readonly bytes: number }
  /** Something failed and is tried again; `reason` holds no secret. */
  | { readonly kind: 'retry'; readonly of: 'database' | 'source' | 'assets'; readonly reason: string }
  /** What a user should know though nothing stops for it; `message` holds no secret. */
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'asset'; readonly outcome: AssetOutcome; readonly bytes: number }
  /** Every batch is committed. */
  | { readonly kind: 'done' };

/** `present`: it was there already, whole. */
export type AssetOutcome = 'fetched' | 'present' | 'failed';

/** `at` is missing where no shard is at work: while a run is being finished. */
export type Progress = Happening & { readonly at?: ShardPlace };

export type Report = (progress: Progress) => void;
