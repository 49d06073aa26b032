import { type GoodItem, judgeDocument } from '../item/judge.ts';
import { isWithin, type Period } from '../item/period.ts';
import { type ShardBy, shardOf } from '../item/shard.ts';
import type { JsonScanner } from '../json/scan.ts';
import type { Tape } from '../json/tape.ts';
import type { ItemRow } from '../load/load-batch.ts';
import type { OpenSource, SourceDocument, SourcePart } from '../source/document.ts';
import { BatchInMaking } from './batch-in-making.ts';
import type { Batch, Entry, JudgedItem } from './entry.ts';
import type { Recognise, Recognised } from './recognise.ts';

/** A longer geometry is not held beside its item. */
const HELD_GEOMETRY = 2048;

/**
 * After so many items of a batch being read, the batches before it get their turn: they are waiting for the database's
 * answers, of which each takes a turn of the event loop.
 */
const TURN_ITEMS = 8;
/** Documents that the ledger is asked for at once. */
const GROUP_ITEMS = 500;
const GROUP_BYTES = 4 * 1024 * 1024;

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
  /** Null where every document is to be read. */
  readonly recognise: Recognise | null;
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
  let turn = 0;
  for await (const { document, known } of recogniseGroups(part, options)) {
    turn += 1;
    if (turn % TURN_ITEMS === 0) await new Promise(setImmediate);
    if (batch.isFullWith(document)) yield end();
    batch.meet(document);
    const judged = known?.item ?? judgeDocument(document, scanner);
    if (judged.kind === 'collection') {
      if (!options.givenCollections.has(judged.id)) batch.addCollection(judged);
    } else {
      numbers.read += 1;
      const entry = makeEntry(document, judged, part, { scanner: known === undefined ? scanner : null, options });
      batch.addItem(entry === null ? null : { ...entry, found: known?.found ?? null });
    }
    if (batch.isFull) yield end();
    if (numbers.read === options.limit) break;
  }
  if (!batch.isEmpty) yield end();
}

/** The documents of a part, with what is known of those that need not be read, some asked for at a time. */
async function* recogniseGroups(
  part: SourcePart,
  { recognise }: CutOptions,
): AsyncGenerator<{ readonly document: SourceDocument; readonly known?: Recognised | undefined }> {
  let [group, bytes]: [SourceDocument[], number] = [[], 0];
  for await (const document of part.documents()) {
    if (recognise === null) {
      yield { document };
      continue;
    }
    group.push(document);
    bytes += document.bytes.length;
    if (group.length < GROUP_ITEMS && bytes < GROUP_BYTES) continue;
    const known = await recognise(group);
    for (const one of group) yield { document: one, known: known.get(one) };
    [group, bytes] = [[], 0];
  }
  const known = await recognise?.(group);
  for (const one of group) yield { document: one, known: known?.get(one) };
}

/** Null where the item is not asked for. */
function makeEntry(
  { source, place }: SourceDocument,
  judged: JudgedItem,
  part: SourcePart,
  { scanner, options }: { readonly scanner: JsonScanner | null; readonly options: CutOptions },
): Omit<Entry, 'position' | 'found'> | null {
  // What has no partition, since it cannot be read, is the first shard's.
  if (judged.kind === 'bad') return { shard: part.owned ? options.shard : 1, source, place, judged, row: null };
  if (!options.periods.every((period) => isWithin(judged, period))) return null;
  const shard = part.owned ? options.shard : shardOf(judged.collection, judged.start, options.shardBy, options.shards);
  const row = shard === options.shard && scanner !== null ? options.writeRow(judged, scanner) : null;
  const isLong = judged.geometry !== null && judged.geometry.length > HELD_GEOMETRY;
  return { shard, source, place, judged: isLong ? { ...judged, geometry: null } : judged, row };
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
