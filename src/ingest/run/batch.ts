import { type GoodItem, type Judged, judgeDocument } from '../item/judge.ts';
import { isWithin, type Period } from '../item/period.ts';
import { type ShardBy, shardOf } from '../item/shard.ts';
import type { JsonScanner } from '../json/scan.ts';
import type { Tape } from '../json/tape.ts';
import type { ItemRow } from '../load/load-batch.ts';
import type { OpenSource, SourcePart } from '../source/document.ts';

/** A batch ends after so many items, or so many bytes, whichever comes first. Changing either changes what a batch of
 * an unfinished run is. */
export const BATCH_ITEMS = 1000;
const BATCH_BYTES = 16 * 1024 * 1024;

/**
 * After so many items of a batch being read, the batches before it get their turn: they are waiting for the database's
 * answers, of which each takes a turn of the event loop.
 */
const TURN_ITEMS = 8;

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
}

/** Items that follow each other in the source, in its order: of all shards, where its part is not one shard's own. */
export interface Batch {
  readonly kind: 'batch';
  /** From 1. */
  readonly number: number;
  readonly entries: readonly Entry[];
  /** Collections met among the items. */
  readonly collections: readonly JudgedCollection[];
}

export interface CutOptions {
  /** The one that reads, from 1. */
  readonly shard: number;
  readonly shardBy: ShardBy;
  readonly shards: number;
  /** Items read at most; null for all. */
  readonly limit: number | null;
  /** Items that are not in each of them take no place in their batch's work. */
  readonly periods: readonly Period[];
  /** Ids of collections whose place those met among the items do not take. */
  readonly givenCollections: ReadonlySet<string>;
  /** Told of each good item of this shard while the tape still is the item's. */
  readonly writeRow: (item: GoodItem, tape: Tape) => ItemRow | null;
}

/** Where a source's part is read to its end. */
export interface PartEnd {
  readonly kind: 'partEnd';
  readonly part: string;
  /** Numbers that its batches took. */
  readonly batches: number;
}

/** Parts that earlier starts of the shard have done, and the numbers that their batches took. */
export type DoneParts = ReadonlyMap<string, number>;

/**
 * Reads, judges and numbers the documents of a source, part after part. Of a part that is not this shard's own, every
 * shard of a run gets the same batches.
 */
export async function* cutBatches(
  source: OpenSource,
  done: DoneParts,
  scanner: JsonScanner,
  options: CutOptions,
): AsyncGenerator<Batch | PartEnd> {
  const numbers = { next: 1 + [...done.values()].reduce((sum, batches) => sum + batches, 0), read: 0 };
  for await (const part of source.parts(new Set(done.keys()))) {
    const first = numbers.next;
    yield* cutPart(part, scanner, options, numbers);
    yield { kind: 'partEnd', part: part.name, batches: numbers.next - first };
    if (numbers.read === options.limit) return;
  }
}

/** The number of the next batch, and the items read: both go on from part to part. */
interface Numbers {
  next: number;
  read: number;
}

async function* cutPart(
  part: SourcePart,
  scanner: JsonScanner,
  options: CutOptions,
  numbers: Numbers,
): AsyncGenerator<Batch> {
  let position = 0;
  let bytes = 0;
  let entries: Entry[] = [];
  let collections: JudgedCollection[] = [];
  let turn = 0;
  for await (const document of part.documents()) {
    turn += 1;
    if (turn % TURN_ITEMS === 0) await new Promise(setImmediate);
    const judged = judgeDocument(document, scanner);
    if (judged.kind === 'collection') {
      if (!options.givenCollections.has(judged.id)) collections.push(judged);
      continue;
    }
    numbers.read += 1;
    position += 1;
    bytes += document.bytes.length;
    if (judged.kind === 'bad' || options.periods.every((period) => isWithin(judged, period))) {
      const { source, place } = document;
      const shard = part.owned ? options.shard : chooseShard(judged, options);
      const row = judged.kind === 'item' && shard === options.shard ? options.writeRow(judged, scanner) : null;
      entries.push({ position, shard, source, place, judged, row });
    }
    const last = numbers.read === options.limit;
    if (position === BATCH_ITEMS || bytes >= BATCH_BYTES || last) {
      yield { kind: 'batch', number: numbers.next++, entries, collections };
      [position, bytes, entries, collections] = [0, 0, [], []];
    }
    if (last) return;
  }
  if (entries.length > 0 || collections.length > 0)
    yield { kind: 'batch', number: numbers.next++, entries, collections };
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
