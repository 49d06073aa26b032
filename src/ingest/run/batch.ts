import { type Judged, judgeDocument } from '../item/judge.ts';
import { isWithin, type Period } from '../item/period.ts';
import { type ShardBy, shardOf } from '../item/shard.ts';
import type { JsonScanner } from '../json/scan.ts';
import type { OpenSource } from '../source/document.ts';

/** A batch ends after so many items, or so many bytes, whichever comes first. Changing either changes what a batch of
 * an unfinished run is. */
export const BATCH_ITEMS = 1000;
const BATCH_BYTES = 16 * 1024 * 1024;

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
}

/** The items of all shards that follow each other in the source, in its order. */
export interface Batch {
  /** From 1. */
  readonly number: number;
  readonly entries: readonly Entry[];
  /** Collections met among the items. */
  readonly collections: readonly JudgedCollection[];
}

export interface CutOptions {
  readonly shardBy: ShardBy;
  readonly shards: number;
  /** Items read at most; null for all. */
  readonly limit: number | null;
  /** Items that are not in each of them take no place in their batch's work. */
  readonly periods: readonly Period[];
}

/** Reads, judges and numbers the documents of a source. Every shard of a run gets the same batches. */
export async function* cutBatches(
  source: OpenSource,
  scanner: JsonScanner,
  options: CutOptions,
): AsyncGenerator<Batch> {
  let number = 1;
  let read = 0;
  let position = 0;
  let bytes = 0;
  let entries: Entry[] = [];
  let collections: JudgedCollection[] = [];
  for await (const document of source.documents()) {
    const judged = judgeDocument(document, scanner);
    if (judged.kind === 'collection') {
      collections.push(judged);
      continue;
    }
    read += 1;
    position += 1;
    bytes += document.bytes.length;
    if (judged.kind === 'bad' || options.periods.every((period) => isWithin(judged, period)))
      entries.push({
        position,
        shard: chooseShard(judged, options),
        source: document.source,
        place: document.place,
        judged,
      });
    const last = read === options.limit;
    if (position === BATCH_ITEMS || bytes >= BATCH_BYTES || last) {
      yield { number, entries, collections };
      number += 1;
      [position, bytes, entries, collections] = [0, 0, [], []];
    }
    if (last) return;
  }
  if (entries.length > 0 || collections.length > 0) yield { number, entries, collections };
}

/** What has no partition, since it cannot be read, is the first shard's. */
function chooseShard(judged: JudgedItem, { shardBy, shards }: CutOptions): number {
  return judged.kind === 'bad' ? 1 : shardOf(judged.collection, judged.start, shardBy, shards);
}

/** Reads the next value while the last one is being used. Stops reading ahead when its reader stops. */
export async function* readAhead<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = values.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = values.next();
      // Its failure is met when it is awaited; until then it is nobody's.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    // Not waited for: a source that hangs must not keep the lease.
    values.return(undefined).catch(() => undefined);
  }
}
