import type { Pipeline } from '../model/platform.ts';
import { downloadAssets } from './assets/download-assets.ts';
import { IngestionFailure } from './failure.ts';
import { readLayout } from './load/layout.ts';
import { retryTransaction } from './load/retry.ts';
import type { Ports } from './ports.ts';
import { countReceipts } from './run/counts.ts';
import { keepLease, releaseLease, takeLease } from './run/lease.ts';
import { LogAhead } from './run/log-ahead.ts';
import { openNotes } from './run/notes.ts';
import { listPeriods, type PlannedRun } from './run/planned-run.ts';
import { refuseOtherSource } from './run/reconcile.ts';
import { runShard } from './run/run-shard.ts';
import { makeShardWork, type ShardWork } from './run/shard-work.ts';
import { openSchemaJudge } from './schema/judge-schemas.ts';
import type { OpenSource } from './source/document.ts';
import { readFiles } from './source/files.ts';
import { openSource } from './source/open-source.ts';
import { openQuarantine, readRetry } from './source/quarantine.ts';

export interface IngestionPlan {
  readonly run: PlannedRun;
  readonly pipeline: Pipeline;
  /** One shard, from 1, or null for all of them, one after the other. */
  readonly shard: number | null;
  /** A collection may change what its items are stored beside: they are rewritten then. */
  readonly rehydrate: boolean;
  /** False loads items again whose hash is in the ledger. */
  readonly skip: boolean;
  readonly compression: 'lz4' | null;
  /** Machine, process and its start, which no other runner has; shown to who waits for them. */
  readonly holder: string;
}

/**
 * Runs the shards of a run that are not done yet and leaves their receipts; `finishRun` writes the log. Resumes where an
 * earlier start stopped. Throws `IngestionFailure`, and the database's own errors where no attempt helped; what is
 * committed is kept.
 */
export async function runIngestion(plan: IngestionPlan, ports: Ports): Promise<void> {
  const { run, shard } = plan;
  refuseOtherSource(run, plan.pipeline);
  const shards = shard === null ? Array.from({ length: run.shards }, (_, place) => place + 1) : [shard];
  const { pipeline } = plan;
  const schemas = pipeline.judge === 'full' ? openSchemaJudge(pipeline.schemas, ports) : null;
  for (const one of shards) {
    const at = { run: run.run, pipeline: plan.pipeline.name, shard: one, shards: run.shards };
    await runOneShard({ ...plan, schemas }, one, {
      ...ports,
      report: (happening) => ports.report({ ...happening, at }),
    });
  }
}

async function runOneShard(
  plan: IngestionPlan & Pick<ShardWork, 'schemas'>,
  shard: number,
  ports: Ports,
): Promise<void> {
  const { run, pipeline, rehydrate, skip, compression, holder } = plan;
  const { pgstac, clock, signal } = ports;
  ports.report({ kind: 'waiting' });
  const lease = await takeLease(pgstac, run.run, shard, { holder, clock, signal });
  if (lease === null) {
    ports.report({ kind: 'done' });
    return;
  }
  ports.report({ kind: 'started', limit: run.limit });
  try {
    // Not before: an upgrade of pgSTAC ends every lease, so while this one holds, what was read after it is true.
    const layout = await pgstac.session(readLayout);
    const work = makeShardWork({
      ports,
      pipeline: pipeline.name,
      shardBy: pipeline.shardBy,
      method: pipeline.method,
      connections: pipeline.connections,
      layout,
      lease,
      rehydrate,
      skip,
      compression,
      schemas: plan.schemas,
      assets: pipeline.download?.assets ?? null,
      isApi: pipeline.source.kind === 'stacApi',
      notes: await openNotes(pgstac, run.shards),
      // A shard of a run that others work on leaves its receipts; the embedded database has one connection for all.
      log: plan.shard === null && pgstac.target.kind === 'server' ? new LogAhead(ports) : null,
    });
    const given = readFiles(pipeline.collections, ports);
    const source = await openRunSource(run, pipeline, shard, ports);
    await keepLease(pgstac, lease, clock, async () => {
      await runShard(work, run, { source, given });
      if (pipeline.download !== null)
        await downloadAssets({ ...pipeline.download, ...lease, pipeline: pipeline.name, shards: run.shards }, ports);
    });
  } catch (error) {
    // The next runner need not wait for the lease to expire. It does where the database was given up, which would not
    // hear of this either.
    if (!(error instanceof IngestionFailure && error.kind === 'database'))
      await releaseLease(pgstac, lease, false).catch(() => undefined);
    throw error;
  }
  await retryTransaction(ports, () => releaseLease(pgstac, lease, true));
  ports.report({ kind: 'done' });
}

/** What a run reads: its pipeline's source, or what of it is in quarantine. */
async function openRunSource(run: PlannedRun, pipeline: Pipeline, shard: number, ports: Ports): Promise<OpenSource> {
  const { shards, limit, planned } = run;
  const choice = readRetry(run);
  if (choice === null)
    return openSource(pipeline.source, {
      ports,
      periods: listPeriods(run),
      shard,
      shards,
      shardBy: pipeline.shardBy,
      limit,
      planned,
    });
  const most = limit === null ? null : limit - (await countReceipts(ports.pgstac, run.run, null)).read;
  return openQuarantine(ports.pgstac, { run: run.run, pipeline: pipeline.name, choice, most });
}
