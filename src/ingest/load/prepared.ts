import { type PartitionKey, partitionOf, periodOf, type ShardBy } from '../item/shard.ts';
import type { Change } from './load-batch.ts';

/** pgSTAC's partitions by the runner's name for them, made or widened once in a runner's life. */
export interface PreparedPartitions {
  /** Of each key, in their order; no two are the same. */
  namesOf(keys: readonly PartitionKey[]): Promise<readonly string[]>;
  /** Those that were prepared. */
  names(): readonly string[];
  /** After a constraint was met that should not have been there. */
  forget(): void;
}

/** @param prepare Gives the name of each partition, in the order of the keys. */
export function keepPrepared(
  prepare: (keys: readonly PartitionKey[]) => Promise<readonly string[]>,
): PreparedPartitions {
  const names = new Map<string, Promise<string>>();
  const all = new Set<string>();
  function begin(missing: ReadonlyMap<string, PartitionKey>): void {
    const made = prepare([...missing.values()]);
    [...missing.keys()].forEach((word, place) => {
      const name = made.then((found) => found[place] as string);
      names.set(word, name);
      name.then(
        (found) => all.add(found),
        () => names.get(word) === name && names.delete(word),
      );
    });
  }
  return {
    async namesOf(keys) {
      const wanted = new Map(keys.map((key) => [`${key.period}/${key.collection}`, key]));
      const missing = new Map([...wanted].filter(([word]) => !names.has(word)));
      if (missing.size > 0) begin(missing);
      return await Promise.all([...wanted.keys()].map((word) => names.get(word) as Promise<string>));
    },
    names: () => [...all],
    forget: () => names.clear(),
  };
}

/** The partition of each item, made where there is none. */
export async function placeItems(
  changes: readonly Omit<Change, 'partition'>[],
  shardBy: ShardBy,
  prepared: PreparedPartitions,
): Promise<readonly Change[]> {
  const words = changes.map(({ item: { collection, start } }) => `${periodOf(start, shardBy)}/${collection}`);
  const keys = new Map<string, PartitionKey>();
  words.forEach((word, place) => {
    const { collection, start } = (changes[place] as Change).item;
    if (!keys.has(word)) keys.set(word, partitionOf(collection, start, shardBy));
  });
  const found = await prepared.namesOf([...keys.values()]);
  const names = new Map([...keys.keys()].map((word, place) => [word, found[place] as string]));
  return changes.map((change, place) => ({ ...change, partition: names.get(words[place] as string) as string }));
}
