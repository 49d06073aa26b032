import type { Pipeline } from '../../model/platform.ts';
import { RowWriter } from '../item/row-writer.ts';
import type { ShardBy } from '../item/shard.ts';
import { JsonScanner } from '../json/scan.ts';
import { readBounds } from '../load/bounds.ts';
import { type KnownCollection, readCollection } from '../load/collections.ts';
import type { Layout } from '../load/layout.ts';
import { preparePartitions } from '../load/partitions.ts';
import { keepPrepared, type PreparedPartitions } from '../load/prepared.ts';
import type { Ports } from '../ports.ts';
import type { SchemaJudge } from '../schema/judge-schemas.ts';
import { nameItem } from './batch-names.ts';
import { type Batch, type Entry, type GoodEntry, isGood } from './entry.ts';
import type { Lease } from './lease.ts';
import type { LogAhead } from './log-ahead.ts';
import type { Notes } from './notes.ts';
import { RecentWrites } from './recent-writes.ts';

/** The entries that come after one in its batch and have its id. */
export type Later = ReadonlyMap<Entry, readonly GoodEntry[]>;

/** What a shard's batches share for as long as its lease is held. */
export interface ShardWork {
  readonly ports: Ports;
  readonly pipeline: string;
  readonly shardBy: ShardBy;
  readonly method: Pipeline['method'];
  /** Batches that are loaded at the same time, where the database has so many connections. */
  readonly connections: Pipeline['connections'];
  readonly layout: Layout;
  readonly lease: Lease;
  /** Items are rewritten where the collection's base item changes under them. */
  readonly rehydrate: boolean;
  /** Items whose hash the ledger has are passed over. */
  readonly skip: boolean;
  /** `default_toast_compression` of the batches; null leaves the server's. */
  readonly compression: 'lz4' | null;
  /** Judges what is to be written by its JSON Schemas; null where its structure is enough. */
  readonly schemas: SchemaJudge | null;
  /** Keys of the assets to fetch; null for none. */
  readonly assets: readonly string[] | null;
  /** Whether the items are an API's, and not where they are read. */
  readonly isApi: boolean;
  /** Null where the log is another's to write. */
  readonly log: LogAhead | null;
  readonly scanner: JsonScanner;
  readonly writer: RowWriter;
  readonly collections: Map<string, KnownCollection>;
  readonly prepared: PreparedPartitions;
  readonly notes: Notes;
  readonly writes: RecentWrites;
}

type Made = 'scanner' | 'writer' | 'collections' | 'prepared' | 'writes';

export function makeShardWork(fixed: Omit<ShardWork, Made>): ShardWork {
  return {
    ...fixed,
    scanner: new JsonScanner(),
    writer: new RowWriter(),
    collections: new Map(),
    prepared: keepPrepared({
      prepare: (keys) => preparePartitions(fixed.ports.pgstac, keys),
      readBounds: (collection) => readBounds(fixed.ports.pgstac, collection),
    }),
    writes: new RecentWrites(),
  };
}

/**
 * The items a shard has in a batch, and to each of them the later ones of its id there, whatever their shards: of an id
 * only the last that can be stored is loaded.
 */
export function selectEntries(batch: Batch, shard: number): { readonly mine: readonly Entry[]; readonly later: Later } {
  const later = new Map<Entry, readonly GoodEntry[]>();
  const seen = new Map<string, readonly GoodEntry[]>();
  for (const entry of batch.entries.toReversed()) {
    if (!isGood(entry)) continue;
    const key = nameItem(entry.judged);
    const twins = seen.get(key) ?? [];
    if (twins.length > 0) later.set(entry, twins);
    seen.set(key, [entry, ...twins]);
  }
  return { mine: batch.entries.filter((entry) => entry.shard === shard), later };
}

/**
 * The collections of these ids, read once; one that the database does not have is missing. A map of its own: batches in
 * flight forget what they share when they met another loader.
 */
export async function readCollections(
  work: ShardWork,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, KnownCollection>> {
  const known = new Map<string, KnownCollection>();
  for (const id of new Set(ids)) {
    const found =
      work.collections.get(id) ??
      (await readCollection(work.ports.pgstac, work.layout, id, work.shardBy, work.scanner));
    if (found === null) continue;
    work.collections.set(id, found);
    known.set(id, found);
  }
  return known;
}
