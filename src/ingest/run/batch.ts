import { type GoodItem, judgeDocument } from '../item/judge.ts';
import { isWithin, type Period } from '../item/period.ts';
import { type ShardBy, shardOf } from '../item/shard.ts';
import type { JsonScanner } from '../json/scan.ts';
import type { Tape } from '../json/tape.ts';
import type { ItemRow } from '../load/load-batch.ts';
import type { OpenSource, SourceDocument, SourcePart } from '../source/document.ts';
import { BatchInMaking } from './batch-in-making.ts';
import type { Batch, Entry, JudgedItem } from './entry.ts';
import type { ReadMemory } from './read-memory.ts';
import type { RecentWrites } from './recent-writes.ts';
import type { Recognised, Recogniser } from './recognise.ts';
import { recogniseGroups } from './recognise-groups.ts';

/** A longer geometry is not held beside its item. */
const HELD_GEOMETRY = 2048;

/**
 * After so many items of a batch being read, the batches before it get their turn: they are waiting for the database's
 * answers, of which each takes a turn of the event loop.
 */
const TURN_ITEMS = 8;

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
  /**
   * Told of each good item of this shard that was not recognised, while the tape still is the item's, and whether the
   * ledger was asked for it.
   */
  readonly writeRow: (item: GoodItem, tape: Tape, isAsked: boolean) => ItemRow | null;
  /** Null where every document is to be read. */
  readonly recogniser: Recogniser | null;
  /** Of the batches that are loaded meanwhile. */
  readonly writes: Pick<RecentWrites, 'now'>;
  /** Told of the documents as they are read. */
  readonly memory: Pick<ReadMemory, 'watch'>;
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
  let batch = new BatchInMaking();
  const end = (): Batch => {
    const ended = batch.end(numbers.next++);
    batch = new BatchInMaking();
    return ended;
  };
  let judgings = 0;
  const watched = { documents: () => options.memory.watch(part.documents()) };
  groups: for await (const { documents, known, asked } of recogniseGroups(
    watched,
    options.recogniser,
    options.writes,
  )) {
    for (const [place, document] of documents.entries()) {
      if (batch.isFullWith(document)) yield end();
      batch.meet(document, asked);
      const recognised = known?.[place] ?? null;
      if (recognised === null && ++judgings % TURN_ITEMS === 0) await new Promise(setImmediate);
      const judged = recognised?.item ?? judgeDocument(document, scanner);
      if (judged.kind === 'collection') {
        if (!options.givenCollections.has(judged.id)) batch.addCollection(judged);
      } else {
        numbers.read += 1;
        const tape = recognised === null ? scanner : null;
        batch.addItem(makeEntry(document, judged, part, { tape, recognised, isAsked: known !== null, options }));
      }
      if (batch.isFull) yield end();
      if (numbers.read === options.limit) break groups;
    }
  }
  if (!batch.isEmpty) yield end();
}

/** How a document was judged. */
interface Judging {
  /** The item's; null where it was recognised. */
  readonly tape: Tape | null;
  readonly recognised: Recognised | null;
  /** The ledger was asked for it. */
  readonly isAsked: boolean;
  readonly options: CutOptions;
}

/** Null where the item is not asked for. */
function makeEntry(
  { source, place }: SourceDocument,
  judged: JudgedItem,
  part: SourcePart,
  { tape, recognised, isAsked, options }: Judging,
): Omit<Entry, 'position'> | null {
  // What has no partition, since it cannot be read, is the first shard's.
  if (judged.kind === 'bad')
    return { shard: part.owned ? options.shard : 1, source, place, judged, row: null, found: null };
  if (!options.periods.every((period) => isWithin(judged, period))) return null;
  const shard = part.owned ? options.shard : shardOf(judged.collection, judged.start, options.shardBy, options.shards);
  const row = shard === options.shard && tape !== null ? options.writeRow(judged, tape, isAsked) : null;
  const isLong = judged.geometry !== null && judged.geometry.length > HELD_GEOMETRY;
  const held = isLong ? { ...judged, geometry: null } : judged;
  return { shard, source, place, judged: held, row, found: recognised?.found ?? null };
}

/**
 * Reads the next value while the last one is being used, unless that one is to be used alone. Stops reading ahead when
 * its reader stops.
 */
export async function* readAhead<T>(
  values: AsyncGenerator<T>,
  isAlone: (value: T) => boolean = () => false,
): AsyncGenerator<T> {
  let next = values.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      if (isAlone(value)) {
        yield value;
        next = values.next();
        continue;
      }
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
