import { stopIfInterrupted } from '../failure.ts';
import { RowMemory } from '../item/row-memory.ts';
import { RowWriter } from '../item/row-writer.ts';
import { JsonScanner } from '../json/scan.ts';
import { writeRow } from '../load/load-batch.ts';
import { listStale, settlePartition } from '../load/partitions.ts';
import { forgetLinks } from '../load/quarantine.ts';
import { retryTransaction } from '../load/retry.ts';
import type { OpenSource, SourceDocument } from '../source/document.ts';
import { readRetry } from '../source/quarantine.ts';
import { type CutOptions, cutBatches, type PartEnd, readAhead } from './batch.ts';
import { listNames, nameItem } from './batch-names.ts';
import { type EarlierStarts, recallEarlierStarts } from './earlier-starts.ts';
import { type Batch, type Entry, isGood } from './entry.ts';
import { makeExpectation } from './expect-partitions.ts';
import { InFlight } from './in-flight.ts';
import { loadEntries } from './load-entries.ts';
import { type Counts, countOutcomes, noCounts, type ReceiptItem } from './outcome.ts';
import { listDoneParts, writeDonePart } from './parts.ts';
import { listPeriods, type PlannedRun } from './planned-run.ts';
import { putCollection, putCollections } from './put-collections.ts';
import { ReadMemory } from './read-memory.ts';
import { makeRecogniser } from './recognise.ts';
import { type ShardWork, selectEntries } from './shard-work.ts';

const LARGE_ITEM_BYTES = 64 * 1024;

export interface ShardSource {
  readonly source: OpenSource;
  /** The collections that the spec gives. */
  readonly given: AsyncIterable<SourceDocument>;
}

/** Loads what no earlier start of a shard has loaded yet. Its lease is held by the caller. */
export async function runShard(work: ShardWork, run: PlannedRun, { source, given }: ShardSource): Promise<Counts> {
  const { ports, lease } = work;
  const earlier = await recallEarlierStarts(work);
  const givenCollections = await putCollections(work, given, source);
  const counts = await loadParts(work, run, { source, earlier, givenCollections });
  stopIfInterrupted(ports.signal);
  await settleOwn(work);
  // Links have no partition, so they are all the first shard's.
  if (lease.shard === 1 && run.limit === null && readRetry(run) === null)
    await retryTransaction(ports, () =>
      ports.pgstac.session((session) => forgetLinks(session, work.pipeline, run.run)),
    );
  return counts;
}

interface LoadOptions {
  readonly source: OpenSource;
  readonly earlier: EarlierStarts;
  readonly givenCollections: ReadonlySet<string>;
}

async function loadParts(
  work: ShardWork,
  run: PlannedRun,
  { source, earlier, givenCollections }: LoadOptions,
): Promise<Counts> {
  const { ports, lease, shardBy } = work;
  let counts = noCounts;
  const rows = { isWorthIt: true };
  const rowMemory = new RowMemory();
  const writeRow = makeRowWriter(work, rows, rowMemory);
  const { shards, limit } = run;
  const periods = listPeriods(run);
  // The ledger does not know when an item ends, and a limited run reads no further than it must.
  const readsAll = limit === null && periods.every(({ from, to }) => from === null && to === null);
  const recogniser = readsAll ? makeRecogniser(work, rows) : null;
  const common = { shard: lease.shard, shardBy, shards, limit, periods, givenCollections };
  const memory = new ReadMemory((used) => ports.files.reuse(used));
  const options: CutOptions = { ...common, writeRow, recogniser, writes: work.writes, memory };
  const doneParts = await listDoneParts(ports.pgstac, lease);
  const inFlight = new InFlight(ports.pgstac.target.kind === 'embedded' ? 1 : work.connections);
  const end = ({ entries, memory: held }: Batch, receipt: readonly ReceiptItem[]) => {
    memory.release(held);
    for (const { row } of entries) if (row !== null) rowMemory.giveBack(row.bytes);
    counts = countOutcomes(counts, receipt);
    for (const item of receipt) if (item.outcome === 'quarantined') work.notes.addQuarantined(item);
    rows.isWorthIt = receipt.filter(({ outcome }) => outcome === 'unchanged').length * 2 <= receipt.length;
    ports.report({ kind: 'batch', counts, documents: entries.length });
  };
  try {
    // With a scanner of its own: the batches before are being written meanwhile.
    for await (const next of readAhead(cutBatches(source, doneParts, new JsonScanner(), options), isLarge)) {
      stopIfInterrupted(ports.signal);
      if (next.kind === 'partEnd') {
        await inFlight.drain();
        await retryTransaction(ports, () => writeDonePart(ports.pgstac, lease, next));
        continue;
      }
      if (next.collections.length > 0 || next.isLarge) await inFlight.drain();
      for (const collection of next.collections) await putCollection(work, collection);
      const batch = askAgain(work, next);
      const { mine, later } = selectEntries(batch, lease.shard);
      // One after the other, in the source's order, whatever is in flight.
      const left = await earlier.compare(next.number, mine, () => inFlight.drain());
      if (left.kind === 'done') end(next, left.receipt);
      else
        await beginBatch(work, inFlight, batch, async () =>
          end(next, await loadEntries(work, left.number, left.entries, later)),
        );
      // Two large batches take too much memory.
      if (next.isLarge) await inFlight.drain();
    }
    await inFlight.drain();
  } finally {
    await inFlight.settle();
    await work.prepared.settle();
    await work.log?.settle();
  }
  return counts;
}

function isLarge(next: Batch | PartEnd): boolean {
  return next.kind === 'batch' && next.isLarge;
}

/** What of a batch was recognised before another batch wrote the same item is asked again when it is loaded. */
function askAgain({ writes }: ShardWork, batch: Batch): Batch {
  writes.forgetBefore(batch.asked);
  const isStale = (entry: Entry) =>
    entry.found !== null && isGood(entry) && writes.mayHave(() => nameItem(entry.judged), batch.asked);
  if (!batch.entries.some(isStale)) return batch;
  return { ...batch, entries: batch.entries.map((entry) => (isStale(entry) ? { ...entry, found: null } : entry)) };
}

async function beginBatch(
  { notes, writes }: ShardWork,
  inFlight: InFlight,
  batch: Batch,
  load: () => Promise<void>,
): Promise<void> {
  for (const { judged } of batch.entries) if (judged.kind === 'bad') notes.addQuarantined(judged);
  const names = listNames(batch, ({ judged, found }) => found?.isNoted === true && !notes.isWanted(judged));
  const end = writes.begin(names.writes);
  await inFlight.begin(names, () => load().finally(end));
}

/**
 * Rows are written while an item is still scanned, if its collection was read before; not while most items turn out to be
 * unchanged, whose rows nobody needs, unless the ledger was asked and does not know this one; and not of a large item,
 * which would be held twice.
 */
function makeRowWriter(
  work: ShardWork,
  rows: { readonly isWorthIt: boolean },
  memory: RowMemory,
): CutOptions['writeRow'] {
  const writer = new RowWriter(memory);
  const expect = makeExpectation(work);
  return (item, tape, isAsked) => {
    const isWorthIt = (isAsked || rows.isWorthIt) && item.bytes.length < LARGE_ITEM_BYTES;
    const collection = isWorthIt ? work.collections.get(item.collection) : undefined;
    if (collection === undefined) return null;
    expect(item, collection);
    return { collection, bytes: writeRow(item, collection, tape, writer) };
  };
}

/** No other shard of the run writes to these partitions, so that their statistics can be made before it ends. */
async function settleOwn(work: ShardWork): Promise<void> {
  const { pgstac } = work.ports;
  const own = new Set(work.prepared.names());
  for (const partition of await listStale(pgstac)) {
    if (own.has(partition)) await retryTransaction(work.ports, () => settlePartition(pgstac, partition));
  }
}
