import type { Instant } from '../item/instant.ts';
import { type PartitionKey, partitionOf, periodOf, type ShardBy } from '../item/shard.ts';
import { type Bounds, findRoom, type Span, type Spans } from './bounds.ts';
import type { Change } from './load-batch.ts';

/** A partition that items are to be written to. */
export interface WantedPartition {
  readonly key: PartitionKey;
  /** Of the items; null where there is no partition yet that could take them. */
  readonly spans: Spans | null;
}

/**
 * pgSTAC's partitions by the runner's name for them. One whose constraint takes the items is used as it is: to widen it
 * takes a lock that all readers of pgSTAC wait for. Any other is made or widened, once in a runner's life.
 */
export interface PreparedPartitions {
  /** Of each, in their order; no two are of the same key. */
  namesOf(wanted: readonly WantedPartition[]): Promise<readonly string[]>;
  /** Has a partition prepared that `namesOf` will be asked for. Whatever that fails with is met there. */
  expect(key: PartitionKey): void;
  /** Those that `namesOf` gave, or that were expected. */
  names(): readonly string[];
  /** After a constraint was met that should not have been there: from here on each partition is widened. */
  forget(): void;
  /** Waits for what is being prepared, whatever becomes of it. */
  settle(): Promise<void>;
}

/** Prepared at once, and one such group after the other: what is asked for meanwhile is gathered. */
const AT_ONCE = 6;

export interface Preparation {
  /** Gives the name of each partition, in the order of the keys. */
  readonly prepare: (keys: readonly PartitionKey[]) => Promise<readonly string[]>;
  /** Of the partitions of a collection. */
  readonly readBounds: (collection: string) => Promise<readonly Bounds[]>;
}

export function keepPrepared({ prepare, readBounds }: Preparation): PreparedPartitions {
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
  const bounds = new Map<string, Promise<readonly Bounds[]>>();
  let areTrusted = true;
  function boundsOf(collection: string): Promise<readonly Bounds[]> {
    const known = bounds.get(collection) ?? readBounds(collection);
    bounds.set(collection, known);
    known.catch(() => bounds.delete(collection));
    return known;
  }
  /** The partition as it is; null where it is to be prepared, or was. */
  async function findAsItIs({ key, spans }: WantedPartition): Promise<string | null> {
    if (spans === null || !areTrusted || names.has(wordFor(key))) return null;
    return findRoom(await boundsOf(key.collection), key, spans);
  }
  return {
    async namesOf(wanted) {
      const asTheyAre = await Promise.all(wanted.map(findAsItIs));
      for (const name of asTheyAre) if (name !== null) all.add(name);
      return await Promise.all(wanted.map(({ key }, place) => asTheyAre[place] ?? find(key)));
    },
    expect: (key) => void find(key),
    names: () => [...all],
    forget: () => {
      names.clear();
      areTrusted = false;
    },
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
  const groups = new Map<string, Omit<Change, 'partition'>[]>();
  for (const [place, change] of changes.entries()) {
    const word = words[place] as string;
    const group = groups.get(word);
    if (group === undefined) groups.set(word, [change]);
    else group.push(change);
  }
  const found = await prepared.namesOf([...groups.values()].map((group) => describeWanted(group, shardBy)));
  const names = new Map([...groups.keys()].map((word, place) => [word, found[place] as string]));
  return changes.map((change, place) => ({ ...change, partition: names.get(words[place] as string) as string }));
}

function describeWanted(group: readonly Omit<Change, 'partition'>[], shardBy: ShardBy): WantedPartition {
  const [{ item, collection }] = group as [Change];
  const key = partitionOf(item.collection, item.start, shardBy);
  if (collection.wasEmpty) return { key, spans: null };
  const starts = spanOf(group.map((change) => change.item.start));
  return { key, spans: { starts, ends: spanOf(group.map((change) => change.item.end)) } };
}

function spanOf(moments: readonly Instant[]): Span {
  let [from, to] = [moments[0] as Instant, moments[0] as Instant];
  for (const moment of moments) {
    if (moment < from) from = moment;
    if (moment > to) to = moment;
  }
  return { from, to };
}
