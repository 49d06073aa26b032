import { createHash } from 'node:crypto';
import { type Instant, monthOf } from './instant.ts';

/** The unit of a distributed run, and a collection's `partition_trunc`. */
export type ShardBy = 'month' | 'year' | 'none';

/** Where pgSTAC's partition of an item starts and ends in UTC, as PostgreSQL reads it, and how the runner calls it. */
export interface PartitionKey {
  readonly collection: string;
  /** `2024-01`, `2024`, or empty where the collection has one partition. */
  readonly period: string;
  readonly from: string;
  /** Exclusive, but for `infinity`. */
  readonly to: string;
}

export function partitionOf(collection: string, start: Instant, by: ShardBy): PartitionKey {
  if (by === 'none') return { collection, period: '', from: '-infinity', to: 'infinity' };
  const { year, month } = monthOf(start);
  const [nextYear, nextMonth] = by === 'year' || month === 12 ? [year + 1, 1] : [year, month + 1];
  const first = (y: number, m: number) => `${pad(y, 4)}-${pad(m, 2)}-01 00:00:00+00`;
  return {
    collection,
    period: by === 'year' ? pad(year, 4) : `${pad(year, 4)}-${pad(month, 2)}`,
    from: first(year, by === 'year' ? 1 : month),
    to: first(nextYear, nextMonth),
  };
}

/** The number of a partition among those of its collection, by time. */
export function periodOf(start: Instant, by: ShardBy): number {
  if (by === 'none') return 0;
  const { year, month } = monthOf(start);
  return by === 'year' ? year : year * 12 + month - 1;
}

/**
 * The shard, from 1 to `shards`, of the items of a partition: it depends on nothing else. Neighbouring periods go to
 * neighbouring shards, so that a few months over as many shards are one each.
 */
export function shardOf(collection: string, start: Instant, by: ShardBy, shards: number): number {
  return shards === 1 ? 1 : ((periodOf(start, by) + shiftOf(collection)) % shards) + 1;
}

/** Neighbours in a source are mostly of one collection. */
let last: { readonly collection: string; readonly shift: number } | null = null;

function shiftOf(collection: string): number {
  if (last?.collection !== collection)
    last = { collection, shift: createHash('sha256').update(collection).digest().readUInt32BE(0) };
  return last.shift;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
