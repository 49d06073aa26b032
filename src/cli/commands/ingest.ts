import { hostname } from 'node:os';
import { runIngestion } from '../../ingest/ingestion.ts';
import { allTime } from '../../ingest/item/period.ts';
import type { Ports } from '../../ingest/ports.ts';
import type { Report } from '../../ingest/progress.ts';
import { chooseShards } from '../../ingest/run/choose-shards.ts';
import { countReceipts } from '../../ingest/run/counts.ts';
import { type FinishReport, finishIfLast, finishRun, settleAll } from '../../ingest/run/finish-run.ts';
import { readFootprints } from '../../ingest/run/footprints.ts';
import { logRun } from '../../ingest/run/log-run.ts';
import { makeRunId, type PlannedRun, planRun } from '../../ingest/run/planned-run.ts';
import { reportQuarantine } from '../../ingest/run/quarantine-report.ts';
import { fingerprintSource } from '../../ingest/run/reconcile.ts';
import type { Pipeline } from '../../model/platform.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { ensureInitialised, type Loaded, openDatabases } from '../databases.ts';
import { explainIngestion } from '../ingest-failure.ts';
import type { IngestResult, RunResult } from '../ingest-output.ts';
import { createIngestPorts } from '../ingest-ports.ts';
import { loadPlatform } from '../load.ts';
import { withLateOptimizer } from '../optimizer.ts';
import { readMetricsTarget } from '../progress/metrics.ts';
import { watchRun } from '../progress/watch-run.ts';
import { renderCommand } from '../render-command.ts';
import { type Chosen, choosePipelines, findPipeline, namePipeline } from './choose-pipelines.ts';
import {
  type CommonOptions,
  type FinishOptions,
  type IngestOptions,
  type PlanOptions,
  readOptions,
  type Wanted,
} from './ingest-options.ts';
import { LISTED_ITEMS, reportAssets, SHOWN_ITEMS, showResult } from './show-result.ts';

/** `platform ingest`: all pipelines or one, planned, run and finished; with `--shard` that shard only. */
export async function runIngest(outer: Context, options: IngestOptions): Promise<ExitCode> {
  const wanted = readOptions(options);
  const watched = { format: options.format, metrics: readMetricsTarget(options.metrics) };
  const watch: Watch = (work) => withLateOptimizer(() => watchRun(outer, watched, work));
  return await withPorts(outer, options, watch, async ({ context, loaded, ports }) => {
    if (wanted.shard === null) await settleAll(ports);
    const started = context.now().getTime();
    const runs: RunResult[] = [];
    let rows: IngestResult['rows'] = null;
    for (const { pipeline, planned } of await choosePipelines(loaded, wanted, ports)) {
      if (planned !== null && wanted.shard !== null && wanted.shard.of !== planned.shards)
        throw new CommandError(2, `run ${planned.run} has ${planned.shards} shards, not ${wanted.shard.of}`);
      const run = planned ?? (await makeRun(pipeline, wanted, ports, wanted.shard?.of ?? wanted.shards ?? 1));
      context.stderr.write(`run ${run.run} of ${pipeline.name}\n`);
      const plan = {
        run,
        pipeline,
        shard: wanted.shard?.number ?? null,
        rehydrate: options.rehydrate === true,
        skip: options.skip,
        compression: chooseCompression(loaded, ports),
        holder: nameHolder(context),
      };
      const finished = await explainIngestion(
        async () => {
          await runIngestion(plan, ports);
          return await finish(run.run, wanted, options, ports, loaded);
        },
        describeRest(run, wanted, options),
      );
      if (finished !== null) {
        const quarantine = await reportQuarantine(ports.pgstac, run.run, null, SHOWN_ITEMS);
        const missingAssets = await reportAssets(ports, pipeline, run.run, null, options);
        runs.push({ ...finished, shard: null, quarantine, missingAssets });
        rows = finished.rows;
      } else if (wanted.shard !== null) {
        const shard = `${wanted.shard.number}/${wanted.shard.of}`;
        const counts = await countReceipts(ports.pgstac, run.run, wanted.shard.number);
        const quarantine = await reportQuarantine(ports.pgstac, run.run, wanted.shard.number, SHOWN_ITEMS);
        const missingAssets = await reportAssets(ports, pipeline, run.run, wanted.shard.number, options);
        runs.push({ run: run.run, pipeline: pipeline.name, shard, counts, openShards: [], quarantine, missingAssets });
      }
    }
    return showResult(context, options, { runs, rows, seconds: (context.now().getTime() - started) / 1000 });
  });
}

export function nameHolder(context: Context): string {
  return `${hostname()}, process ${process.pid} since ${context.now().toISOString()}`;
}

/** What to type to go on with a run that ended early. */
function describeRest({ run, pipeline }: PlannedRun, { shard }: Wanted, options: IngestOptions): string {
  const words = [
    ...['ingest', pipeline, '--run', run],
    ...(shard === null ? [] : ['--shard', `${shard.number}/${shard.of}`]),
    ...(options.finish === true ? ['--finish'] : []),
    ...(options.skip ? [] : ['--no-skip']),
  ];
  return renderCommand(words, options);
}

/** Null where only a shard was run, and others are open or it was not asked to finish the run. */
async function finish(
  run: string,
  wanted: Wanted,
  options: IngestOptions,
  ports: Ports,
  { platform }: Loaded,
): Promise<FinishReport | null> {
  if (wanted.shard === null) return await finishRun(run, ports, platform);
  return options.finish === true ? await finishIfLast(run, ports, platform) : null;
}

/** `platform ingest plan`: makes a run and says its shards. */
export async function runIngestPlan(context: Context, options: PlanOptions): Promise<ExitCode> {
  const wanted = readOptions({ ...options, skip: true });
  return await withPorts(context, options, unwatched(context), async ({ loaded, ports }) => {
    await settleAll(ports);
    const [{ pipeline, planned }, another] = (await choosePipelines(loaded, wanted, ports)) as [Chosen, Chosen?];
    if (another !== undefined) throw namePipeline(loaded, 'a run is of one pipeline: name it');
    const run = planned ?? (await makeRun(pipeline, wanted, ports, wanted.shards ?? chooseShards(pipeline)));
    const shards = Array.from({ length: run.shards }, (_, place) => ({ shard: `${place + 1}/${run.shards}` }));
    if (options.format === 'json') {
      context.stdout.write(`${JSON.stringify({ run: run.run, pipeline: pipeline.name, shards })}\n`);
    } else {
      const lines = shards.map(({ shard }) => [pipeline.name, '--run', run.run, '--shard', shard]);
      for (const words of [...lines, ['finish', run.run]])
        context.stdout.write(`${renderCommand(['ingest', ...words], options)}\n`);
    }
    return 0;
  });
}

/** `platform ingest finish RUN`: writes the log, closes the run, prints the row counts of both databases. */
export async function runIngestFinish(context: Context, options: FinishOptions): Promise<ExitCode> {
  const { run } = readOptions({ ...options, skip: true });
  return await withPorts(context, options, unwatched(context), async ({ loaded, ports }) => {
    const started = context.now().getTime();
    const finished = await finishRun(run ?? options.run, ports, loaded.platform);
    const isJson = options.format === 'json';
    const quarantine = await reportQuarantine(ports.pgstac, finished.run, null, isJson ? LISTED_ITEMS : SHOWN_ITEMS);
    const pipeline = loaded.platform.pipelines.find(({ name }) => name === finished.pipeline);
    const missingAssets = await reportAssets(ports, pipeline, finished.run, null, options);
    return showResult(context, options, {
      runs: [{ ...finished, shard: null, quarantine, missingAssets }],
      quarantine: quarantine.items,
      ...(isJson ? { footprints: await readFootprints(ports.pgstac, finished.run) } : {}),
      rows: finished.rows,
      seconds: (context.now().getTime() - started) / 1000,
    });
  });
}

/** Shows the work of a command while it goes on; the work writes with the context it is given. */
export type Watch = (work: (context: Context, report: Report) => Promise<ExitCode>) => Promise<ExitCode>;

const unwatched =
  (context: Context): Watch =>
  (work) =>
    work(context, () => undefined);

interface Opened {
  readonly context: Context;
  readonly loaded: Loaded;
  readonly ports: Ports;
}

export async function withPorts(
  outer: Context,
  options: CommonOptions & Pick<PlanOptions, 'pipeline'>,
  watch: Watch,
  work: (opened: Opened) => Promise<ExitCode>,
): Promise<ExitCode> {
  const loaded = await loadPlatform(outer, options);
  // Before a database is opened: a slip of the pen must not make one.
  if (options.pipeline !== undefined) findPipeline(loaded, options.pipeline);
  return await watch(async (context, report) => {
    const databases = await openDatabases(context, loaded);
    try {
      await ensureInitialised(context, loaded, databases);
      const ports = createIngestPorts(context, loaded, databases, report);
      return await explainIngestion(() => work({ context, loaded, ports }));
    } finally {
      await databases.close();
    }
  });
}

async function makeRun(pipeline: Pipeline, wanted: Wanted, ports: Ports, shards: number): Promise<PlannedRun> {
  const run = wanted.run ?? makeRunId(ports.clock.now());
  const planned = await planRun(ports.pgstac, {
    run,
    pipeline: pipeline.name,
    shards,
    limit: wanted.limit,
    since: wanted.since,
    datetime: wanted.datetime ?? allTime,
    reconcile: wanted.reconcile,
    source: fingerprintSource(pipeline.source),
  });
  await logRun(ports, run, false);
  return planned;
}

export function chooseCompression({ platform }: Loaded, { pgstac }: Ports): 'lz4' | null {
  return platform.databases.pgstac.compression === 'lz4' && pgstac.target.kind === 'server' ? 'lz4' : null;
}
