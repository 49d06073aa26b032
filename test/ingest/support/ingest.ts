import { type IngestionPlan, runIngestion } from '../../../src/ingest/ingestion.ts';
import { allTime } from '../../../src/ingest/item/period.ts';
import type { Ports } from '../../../src/ingest/ports.ts';
import { type FinishReport, finishRun } from '../../../src/ingest/run/finish-run.ts';
import { makeRunId, type PlannedRun, planRun } from '../../../src/ingest/run/planned-run.ts';
import type { Pipeline, Source } from '../../../src/model/platform.ts';

export interface IngestOptions {
  readonly shardBy?: Pipeline['shardBy'];
  readonly shards?: number;
  readonly skip?: boolean;
  readonly rehydrate?: boolean;
  readonly method?: Pipeline['method'];
  readonly limit?: number;
  readonly run?: string;
}

function makePipeline(source: Source, { shardBy = 'month', method = 'upsert' }: IngestOptions): Pipeline {
  const pipeline = {
    name: 'test',
    className: 'Test',
    fileStem: 'test',
    judge: 'structure',
    schedule: null,
    shards: null,
    download: null,
  } as const;
  return { ...pipeline, source, shardBy, method };
}

export async function makePlan(source: Source, ports: Ports, options: IngestOptions = {}): Promise<IngestionPlan> {
  const pipeline = makePipeline(source, options);
  const run: PlannedRun = await planRun(ports.pgstac, {
    run: options.run ?? makeRunId(Date.now()),
    pipeline: pipeline.name,
    shards: options.shards ?? 1,
    limit: options.limit ?? null,
    since: null,
    datetime: allTime,
  });
  return {
    run,
    pipeline,
    shard: null,
    rehydrate: options.rehydrate ?? false,
    skip: options.skip ?? true,
    compression: null,
    holder: 'a test',
  };
}

/** What a plain `platform ingest` does: plan, every shard, finish. */
export async function ingest(source: Source, ports: Ports, options: IngestOptions = {}): Promise<FinishReport> {
  const plan = await makePlan(source, ports, options);
  await runIngestion(plan, ports);
  return await finishRun(plan.run.run, ports);
}
