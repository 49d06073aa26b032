import { runIngestion } from '../../ingest/ingestion.ts';
import { allTime } from '../../ingest/item/period.ts';
import { isReason, reasons } from '../../ingest/item/reason.ts';
import type { Ports } from '../../ingest/ports.ts';
import { finishRun, settleAll } from '../../ingest/run/finish-run.ts';
import { logRun } from '../../ingest/run/log-run.ts';
import { makeRunId, type PlannedRun, planRun } from '../../ingest/run/planned-run.ts';
import { reportQuarantine } from '../../ingest/run/quarantine-report.ts';
import {
  nameRetry,
  type RetryChoice,
  readRetry,
  releaseIgnored,
  sortOutQuarantine,
} from '../../ingest/source/quarantine.ts';
import type { Pipeline } from '../../model/platform.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { explainIngestion } from '../ingest-failure.ts';
import type { IngestResult, RetryResult, RunResult } from '../ingest-output.ts';
import { watchRun } from '../progress/watch-run.ts';
import { renderCommand } from '../render-command.ts';
import { choosePipelines } from './choose-pipelines.ts';
import { chooseCompression, nameHolder, type Watch, withPorts } from './ingest.ts';
import { type RetryOptions, readOptions, type Wanted } from './ingest-options.ts';
import { reportAssets, SHOWN_ITEMS, showResult } from './show-result.ts';

/**
 * `platform ingest retry`: a run that reads the quarantine of all pipelines or one. What loads leaves the quarantine, what
 * fails again stays there with the time it came first.
 */
export async function runIngestRetry(outer: Context, options: RetryOptions): Promise<ExitCode> {
  const wanted = readOptions({ ...options, skip: false });
  const watch: Watch = (work) => watchRun(outer, { format: options.format, metrics: null }, work);
  return await withPorts(outer, options, watch, async ({ context, loaded, ports }) => {
    await settleAll(ports);
    const started = context.now().getTime();
    const runs: RunResult[] = [];
    const retries: RetryResult[] = [];
    let rows: IngestResult['rows'] = null;
    for (const { pipeline, planned } of await choosePipelines(loaded, wanted, ports, 'quarantine')) {
      const choice = readChoice(options, planned);
      const found = await sortOutQuarantine(ports.pgstac, pipeline.name, choice);
      retries.push({ pipeline: pipeline.name, ...found });
      if (found.retriable === 0 && planned === null) continue;
      const run = planned ?? (await makeRetry(pipeline, choice, wanted, ports));
      context.stderr.write(`run ${run.run} of the quarantine of ${pipeline.name}\n`);
      const plan = {
        run,
        pipeline,
        shard: null,
        rehydrate: false,
        // What the ledger has was judged by what was known then.
        skip: false,
        compression: chooseCompression(loaded, ports),
        holder: nameHolder(context),
      };
      const finished = await explainIngestion(
        async () => {
          await runIngestion(plan, ports);
          await releaseIgnored(ports.pgstac, pipeline.name, run.run);
          return await finishRun(run.run, ports, loaded.platform);
        },
        renderCommand(['ingest', 'retry', '--run', run.run], options),
      );
      const quarantine = await reportQuarantine(ports.pgstac, run.run, null, SHOWN_ITEMS);
      const missingAssets = await reportAssets(ports, pipeline, run.run, null, options);
      runs.push({ ...finished, shard: null, quarantine, missingAssets });
      rows = finished.rows;
    }
    const seconds = (context.now().getTime() - started) / 1000;
    return showResult(context, options, { runs, retries, rows, seconds });
  });
}

/** What a run was planned with counts; what is given with it must be the same. */
function readChoice(options: RetryOptions, planned: PlannedRun | null): RetryChoice {
  const { reason, item }: RetryChoice = { reason: options.reason ?? null, item: options.item ?? null };
  if (reason !== null && !isReason(reason))
    throw new CommandError(2, `--reason ${reason}: that is no reason`, {
      hint: `write one of ${Object.keys(reasons).join(', ')}`,
    });
  const own = planned === null ? null : readRetry(planned);
  if (own === null) return { reason, item };
  for (const [name, given] of Object.entries({ reason, item })) {
    const then = own[name as keyof RetryChoice];
    if (given !== null && given !== then)
      throw new CommandError(2, `run ${planned?.run} was planned with another --${name}: ${then ?? 'none'}`, {
        hint: `give the same --${name} as then or leave it out, or start a new retry`,
      });
  }
  return own;
}

async function makeRetry(pipeline: Pipeline, choice: RetryChoice, wanted: Wanted, ports: Ports): Promise<PlannedRun> {
  const planned = await planRun(ports.pgstac, {
    run: wanted.run ?? makeRunId(ports.clock.now()),
    pipeline: pipeline.name,
    shards: 1,
    limit: wanted.limit,
    since: null,
    datetime: allTime,
    source: nameRetry(choice),
  });
  await logRun(ports, planned.run, false);
  return planned;
}
