import { type IngestionPlan, runIngestion } from '../../../src/ingest/ingestion.ts';
import { allTime, type Period } from '../../../src/ingest/item/period.ts';
import type { Ports } from '../../../src/ingest/ports.ts';
import { type FinishReport, finishRun } from '../../../src/ingest/run/finish-run.ts';
import { makeRunId, type PlannedRun, planRun } from '../../../src/ingest/run/planned-run.ts';
import { fingerprintSource } from '../../../src/ingest/run/reconcile.ts';
import type { Pipeline, Source } from '../../../src/model/platform.ts';

export interface IngestOptions {
  readonly shardBy?: Pipeline['shardBy'];
  readonly shards?: number;
  readonly skip?: boolean;
  readonly rehydrate?: boolean;
  readonly method?: Pipeline['method'];
  readonly judge?: Pipeline['judge'];
  readonly schemas?: string;
  readonly limit?: number;
  readonly run?: string;
  readonly pipeline?: string;
  readonly datetime?: Period;
  readonly reconcile?: boolean;
  readonly mostDeleted?: number;
  readonly collections?: readonly string[];
  readonly connections?: number;
}

function makePipeline(source: Source, options: IngestOptions): Pipeline {
  const { shardBy = 'month', method = 'upsert', judge = 'structure', schemas = null } = options;
  const { collections = [], mostDeleted = 0.05, connections = 2 } = options;
  const pipeline = {
    name: options.pipeline ?? 'test',
    className: 'Test',
    fileStem: 'test',
    schedule: null,
    shards: null,
    reconcile: { mostDeleted },
    download: null,
  } as const;
  return { ...pipeline, source, collections, connections, shardBy, method, judge, schemas };
}

export async function makePlan(source: Source, ports: Ports, options: IngestOptions = {}): Promise<IngestionPlan> {
  const pipeline = makePipeline(source, options);
  const run: PlannedRun = await planRun(ports.pgstac, {
    run: options.run ?? makeRunId(Date.now()),
    pipeline: pipeline.name,
    shards: options.shards ?? 1,
    limit: options.limit ?? null,
    since: null,
    datetime: options.datetime ?? allTime,
    reconcile: options.reconcile ?? false,
    source: fingerprintSource(source),
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
  return await finishRun(plan.run.run, ports, {
    pipelines: [plan.pipeline],
    databases: { ingest: { retentionDays: null } },
  });
}
