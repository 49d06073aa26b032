import { stopIfInterrupted } from '../failure.ts';
import { CopyText } from '../item/copy-text.ts';
import { judgeDocument } from '../item/judge.ts';
import { JsonScanner } from '../json/scan.ts';
import { upsertCollection } from '../load/collections.ts';
import { writeRow } from '../load/load-batch.ts';
import { listStale, settlePartition } from '../load/partitions.ts';
import { forgetLinks } from '../load/quarantine.ts';
import { retryTransaction } from '../load/retry.ts';
import type { OpenSource } from '../source/document.ts';
import { type Batch, type CutOptions, cutBatches, type DoneParts, type JudgedCollection, readAhead } from './batch.ts';
import { type EarlierStarts, recallEarlierStarts } from './earlier-starts.ts';
import { loadEntries } from './load-entries.ts';
import { type Counts, countOutcomes, noCounts, type ReceiptItem } from './outcome.ts';
import { listPeriods, type PlannedRun } from './planned-run.ts';
import { readCollections, type ShardWork, selectEntries } from './shard-work.ts';

/** Loads what no earlier start of a shard has loaded yet. Its lease is held by the caller. */
export async function runShard(work: ShardWork, run: PlannedRun, source: OpenSource): Promise<Counts> {
  const { ports, lease } = work;
  const earlier = await recallEarlierStarts(work);
  for await (const document of source.collections()) {
    const judged = judgeDocument(document, work.scanner);
    if (judged.kind === 'collection') await putCollection(work, judged);
    if (judged.kind === 'collection') await readCollections(work, [judged.id]);
  }
  let counts = noCounts;
  const { shards, limit } = run;
  const options: CutOptions = {
    shard: lease.shard,
    shardBy: work.shardBy,
    shards,
    limit,
    periods: listPeriods(run),
    writeRow: makeRowWriter(work),
  };
  const doneParts: DoneParts = new Map();
  // With a scanner of its own: the batch before is being written meanwhile.
  for await (const batch of readAhead(cutBatches(source, doneParts, new JsonScanner(), options))) {
    if (batch.kind === 'partEnd') continue;
    stopIfInterrupted(ports.signal);
    const receipt = await runBatch(work, batch, earlier);
    counts = countOutcomes(counts, receipt);
    ports.report({ kind: 'batch', counts, documents: batch.entries.length });
  }
  stopIfInterrupted(ports.signal);
  await settleOwn(work);
  // Links have no partition, so they are all the first shard's.
  if (lease.shard === 1 && limit === null)
    await retryTransaction(ports, () =>
      ports.pgstac.session((session) => forgetLinks(session, work.pipeline, run.run)),
    );
  return counts;
}

/** Rows are written while an item is still scanned, if its collection was read before. */
function makeRowWriter({ collections }: ShardWork): CutOptions['writeRow'] {
  const text = new CopyText();
  return (item, tape) => {
    const collection = collections.get(item.collection);
    return collection === undefined ? null : { collection, bytes: writeRow(item, collection, tape, text) };
  };
}

async function runBatch(work: ShardWork, batch: Batch, earlier: EarlierStarts): Promise<readonly ReceiptItem[]> {
  for (const collection of batch.collections) await putCollection(work, collection);
  const { mine, later } = selectEntries(batch, work.lease.shard);
  const remaining = await earlier.compare(batch.number, mine);
  if (remaining.kind === 'done') return remaining.receipt;
  const { number, entries } = remaining;
  return entries.length === 0 ? [] : await loadEntries(work, number, entries, later);
}

async function putCollection(work: ShardWork, collection: JudgedCollection): Promise<void> {
  const { ports, shardBy, layout } = work;
  const options = { shardBy, layout, rehydrate: work.rehydrate ? work : null };
  await retryTransaction(ports, () => upsertCollection(ports.pgstac, collection, options));
  work.collections.delete(collection.id);
}

/** No other shard of the run writes to these partitions, so that their statistics can be made before it ends. */
async function settleOwn(work: ShardWork): Promise<void> {
  const { pgstac } = work.ports;
  const own = new Set(work.prepared.names());
  for (const partition of await listStale(pgstac)) {
    if (own.has(partition)) await retryTransaction(work.ports, () => settlePartition(pgstac, partition));
  }
}
