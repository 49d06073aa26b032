import { MICROSECONDS_A_DAY } from '../item/instant.ts';
import type { GoodItem } from '../item/judge.ts';
import { partitionOf } from '../item/shard.ts';
import type { KnownCollection } from '../load/collections.ts';
import type { ShardWork } from './shard-work.ts';

/** In microseconds. */
const DAY = Number(MICROSECONDS_A_DAY);

/**
 * Told of each item that is read, has the partitions of a collection that had no items made while its first batch is
 * still being read: all of that batch waits for them. Of any other collection most are there, and an item that is
 * unchanged wants none. Nor is one made for an item that a schema may not be content with.
 */
export function makeExpectation({
  schemas,
  shardBy,
  prepared,
}: Pick<ShardWork, 'schemas' | 'shardBy' | 'prepared'>): (item: GoodItem, collection: KnownCollection) => void {
  const days = new Map<string, Set<number>>();
  return ({ start }, { id, wasEmpty }) => {
    if (!wasEmpty || schemas !== null) return;
    let known = days.get(id);
    if (known === undefined) {
      known = new Set();
      days.set(id, known);
    }
    // Not by the month, which takes longer to tell: a day is in one partition only.
    const day = Math.floor(Number(start) / DAY);
    if (known.has(day)) return;
    known.add(day);
    prepared.expect(partitionOf(id, start, shardBy));
  };
}
