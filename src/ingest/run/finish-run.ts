import type { Database } from '../../database/connection.ts';
import { drainQueue } from '../../database/pgstac-queue.ts';
import type { Pipeline, Platform } from '../../model/platform.ts';
import { IngestionFailure } from '../failure.ts';
import { listStale, settlePartition } from '../load/partitions.ts';
import { retryTransaction } from '../load/retry.ts';
import type { Ports } from '../ports.ts';
import { type LoggedBatch, writeLog } from './log.ts';
import { logRun } from './log-run.ts';
import type { Counts } from './outcome.ts';
import { type PlannedRun, readRun } from './planned-run.ts';
import { pruneHistory } from './prune-history.ts';
import { reconcileRun } from './reconcile.ts';
import { reopenLostRuns } from './recover-log.ts';

/** Receipts per transaction of the ingest database. */
const RECEIPTS_AT_ONCE = 20;

/** Rows of both databases, by table, after a run. */
export type RowCounts = Readonly<
  Record<'pgstac.items' | 'pgstac.collections' | 'platform.quarantine' | 'ingestion_log', number>
>;

export interface FinishReport {
  readonly run: string;
  readonly pipeline: string;
  /** Of the whole run, by its receipts. */
  readonly counts: Counts;
  readonly rows: RowCounts;
  /** Shards that are not done; the run stays open while there are any. */
  readonly openShards: readonly number[];
  /** Items that --reconcile has deleted. */
  readonly deleted: number;
  /** Why nothing more was deleted, though --reconcile asks for it. */
  readonly refused: IngestionFailure | null;
}

/** What of the spec matters to a run that ends. */
export interface FinishSpec {
  readonly pipelines: readonly Pipeline[];
  readonly databases: { readonly ingest: Pick<Platform['databases']['ingest'], 'retentionDays'> };
}

const noSpec: FinishSpec = { pipelines: [], databases: { ingest: { retentionDays: null } } };

/**
 * Writes the log of a run, makes the statistics of what it wrote to, and closes it where every shard is done, after what
 * is gone from its source was deleted, if that was asked for. Deletes history that is older than the spec wants it.
 */
export async function finishRun(run: string, ports: Ports, spec = noSpec): Promise<FinishReport> {
  const planned = await readRun(ports.pgstac, run);
  if (planned === null)
    throw new IngestionFailure('arguments', `there is no run ${run}`, { hint: 'platform ingest plan makes one' });
  // In this order: a shard that ends after it was asked about may have receipts that are not in the log yet.
  const openShards = await listOpenShards(ports.pgstac, planned);
  await settleAll(ports);
  const ends = openShards.length === 0;
  const refused = ends && planned.reconcile ? await tryReconcile(planned, spec, ports) : null;
  // Before the run is closed: who dies in between finds it open, and writes it once more.
  const { deleted, ...counts } = await logRun(ports, run, ends);
  if (ends)
    await ports.pgstac.session((session) =>
      session.query('UPDATE platform.run SET finished = clock_timestamp() WHERE run = $1 AND finished IS NULL', [run]),
    );
  await pruneHistory(ports, spec.databases.ingest.retentionDays);
  return {
    run,
    pipeline: planned.pipeline,
    counts,
    rows: await countRows(ports),
    openShards,
    deleted,
    refused,
  };
}

/** A refusal does not keep the run open: what it loaded is loaded, and who finishes it again asks again. */
async function tryReconcile(
  run: PlannedRun,
  { pipelines }: FinishSpec,
  ports: Ports,
): Promise<IngestionFailure | null> {
  const pipeline = pipelines.find(({ name }) => name === run.pipeline);
  try {
    if (pipeline === undefined)
      throw new IngestionFailure('refused', `nothing is deleted: the spec has no pipeline ${run.pipeline}`);
    await reconcileRun(run, pipeline, ports);
  } catch (error) {
    if (error instanceof IngestionFailure && error.kind === 'refused') return error;
    throw error;
  } finally {
    await settleAll(ports);
  }
  return null;
}

/**
 * Called by whoever has just ended a shard: finishes the run where that was its last, and gives null where others are
 * open, of which the log then has what is done. Of two that end at once both may find themselves the last, which writes
 * nothing twice; one that dies in between finds itself the last again when it is started again.
 */
export async function finishIfLast(run: string, ports: Ports, spec = noSpec): Promise<FinishReport | null> {
  const planned = await readRun(ports.pgstac, run);
  if (planned !== null && (await listOpenShards(ports.pgstac, planned)).length > 0) {
    await settleLog(ports);
    await logRun(ports, run, false);
    return null;
  }
  return await finishRun(run, ports, spec);
}

async function listOpenShards(pgstac: Database, { run, shards }: PlannedRun): Promise<readonly number[]> {
  const rows = await pgstac.session((session) =>
    session.query<{ shard: number }>(
      `SELECT shard FROM generate_series(1, $2::int) AS shard
       WHERE NOT EXISTS (SELECT FROM platform.lease l WHERE l.run = $1 AND l.shard = shard.shard AND l.done)
       ORDER BY shard`,
      [run, shards],
    ),
  );
  return rows.map(({ shard }) => shard);
}

/**
 * What any crash left open, of this run or another: statistics of partitions, and receipts that are not in the log, be it
 * that they are not there any more.
 */
export async function settleAll(ports: Ports): Promise<void> {
  const { pgstac } = ports;
  for (const partition of await listStale(pgstac))
    await retryTransaction(ports, () => settlePartition(pgstac, partition));
  await retryTransaction(ports, () => drainQueue(pgstac));
  const lost = await reopenLostRuns(ports);
  await settleLog(ports);
  for (const run of lost) await logRun(ports, run, false);
}

async function settleLog(ports: Ports): Promise<void> {
  while ((await retryTransaction(ports, () => settleReceipts(ports))) === RECEIPTS_AT_ONCE);
}

/** Gives the number of receipts that were settled. */
async function settleReceipts(ports: Ports): Promise<number> {
  const receipts = await ports.pgstac.session((session) =>
    session.query<LoggedBatch>(
      `SELECT r.run::text AS run, p.pipeline, r.shard, r.batch, r.written::text AS written, r.items
       FROM platform.receipt r JOIN platform.run p ON p.run = r.run
       WHERE NOT r.settled ORDER BY r.run, r.shard, r.batch LIMIT $1`,
      [RECEIPTS_AT_ONCE],
    ),
  );
  if (receipts.length === 0) return 0;
  await writeLog(ports, receipts);
  return receipts.length;
}

async function countRows({ pgstac, ingest }: Ports): Promise<RowCounts> {
  const [items] = await pgstac.session((session) =>
    session.query<{ items: string; collections: string; quarantined: string }>(
      `SELECT (SELECT count(*) FROM pgstac.items)::text AS items, (SELECT count(*) FROM pgstac.collections)::text AS collections,
         (SELECT count(*) FROM platform.quarantine)::text AS quarantined`,
    ),
  );
  const [log] = await ingest.session((session) =>
    session.query<{ rows: string }>('SELECT count(*)::text AS rows FROM public.ingestion_log'),
  );
  return {
    'pgstac.items': Number(items?.items),
    'pgstac.collections': Number(items?.collections),
    'platform.quarantine': Number(items?.quarantined),
    ingestion_log: Number(log?.rows),
  };
}
