import { type PartitionKey, partitionOf, periodOf, type ShardBy } from '../item/shard.ts';
import type { Change } from './load-batch.ts';

/** pgSTAC's partitions by the runner's name for them, made or widened once in a runner's life. */
export interface PreparedPartitions {
  /** Of each key, in their order; no two are the same. */
  namesOf(keys: readonly PartitionKey[]): Promise<readonly string[]>;
  /** Has a partition prepared that `namesOf` will be asked for. Whatever that fails with is met there. */
  expect(key: PartitionKey): void;
  /** Those that were prepared. */
  names(): readonly string[];
  /** After a constraint was met that should not have been there. */
  forget(): void;
  /** Waits for what is being prepared, whatever becomes of it. */
  settle(): Promise<void>;
}

/** Prepared at once, and one such group after the other: what is asked for meanwhile is gathered. */
const AT_ONCE = 6;

/** @param prepare Gives the name of each partition, in the order of the keys. */
export function keepPrepared(
  prepare: (keys: readonly PartitionKey[]) => Promise<readonly string[]>,
): PreparedPartitions {
  const names = new Map<string, Promise<string>>();
  const all = new Set<string>();
  const waiting: Wanted[] = [];
  let preparing: Promise<void> | null = null;
  async function prepareWaiting(): Promise<void> {
    // Whoever asks for several at once asks for them in one turn of the event loop.
    await Promise.resolve();
    while (waiting.length > 0) await prepareGroup(prepare, waiting.splice(0, AT_ONCE));
    preparing = null;
  }
  function find(key: PartitionKey): Promise<string> {
    const word = wordFor(key);
    const known = names.get(word);
    if (known !== undefined) return known;
    const name = new Promise<string>((resolve, reject) => waiting.push({ key, resolve, reject }));
    names.set(word, name);
    name.then(
      (found) => all.add(found),
      () => names.get(word) === name && names.delete(word),
    );
    preparing ??= prepareWaiting();
    return name;
  }
  return {
    namesOf: (keys) => Promise.all(keys.map(find)),
    expect: (key) => void find(key),
    names: () => [...all],
    forget: () => names.clear(),
    settle: async () => {
      await preparing;
    },
  };
}

interface Wanted {
  readonly key: PartitionKey;
  readonly resolve: (name: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Never rejects: each that waits is told. */
async function prepareGroup(
  prepare: (keys: readonly PartitionKey[]) => Promise<readonly string[]>,
  group: readonly Wanted[],
): Promise<void> {
  try {
    const found = await prepare(group.map(({ key }) => key));
    for (const [place, { resolve }] of group.entries()) resolve(found[place] as string);
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

function wordFor({ period, collection }: PartitionKey): string {
  return `${period}/${collection}`;
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
