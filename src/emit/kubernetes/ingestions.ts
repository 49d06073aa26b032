import { hasCronJob } from '../../model/pipeline-job.ts';
import type { Kubernetes, Pipeline, Platform } from '../../model/platform.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { findRunner } from './names.ts';
import { viewCommand, viewRunnerPod } from './runner-pod.ts';

export interface Ingestion {
  readonly pipeline: string;
  readonly text: string;
}

/** A CronJob for each pipeline that the cluster runs; none without a runner. */
export function renderIngestions(platform: Platform, kubernetes: Kubernetes, specName: string): readonly Ingestion[] {
  const runner = findRunner(platform);
  if (runner === null) return [];
  const namespace = yamlValue(runner.workload.namespace);
  // Said once: pods differ by their commands and the run they are a part of.
  const pod = viewRunnerPod(platform, kubernetes, runner, 'ingest', [], specName);
  return platform.pipelines
    .filter((pipeline) => hasCronJob(platform, pipeline))
    .map((pipeline) => ({
      pipeline: pipeline.name,
      text: renderTemplate('kubernetes/ingestion', 'yaml', {
        name: yamlValue(`ingest-${pipeline.name}`),
        namespace,
        byHand: pipeline.schedule === null,
        schedule: yamlValue(pipeline.schedule ?? neverDue),
        shards: viewShards(kubernetes, pipeline),
        pod: { ...pod, isRun: true, command: viewCommand(platform, nameCommand(pipeline)) },
      }),
    }));
}

/** A CronJob must have a schedule, also one that is suspended. */
const neverDue = '0 0 1 1 *';

/** How often a pod, or a shard's pod, is started again. */
const retries = 3;

/**
 * An index is counted for itself where Kubernetes does that for good (its documentation, 'Jobs', "Backoff limit per
 * index": 1.33); before, a Job has one count, so that as many failures are let pass as the shards have together.
 */
function viewShards({ version: { major, minor } }: Kubernetes, { shards }: Pipeline) {
  if (shards === null) return null;
  const perIndex = major > 1 || minor >= 33;
  return { count: yamlValue(shards), perIndex, retries: yamlValue(retries), allRetries: yamlValue(retries * shards) };
}

/**
 * Items in quarantine are a matter of the source, for the working day: a Job that failed for each of them would be
 * started again in vain and wake somebody every night. So the pod ends with 0, and says how many on its last line.
 */
function nameCommand({ name, shards }: Pipeline): readonly string[] {
  const all = ['platform', 'ingest', name, '--allow-quarantined', '--format', 'json', '--run', '$(RUN_ID)'];
  if (shards === null) return all;
  return [...all, '--index', `$(JOB_COMPLETION_INDEX)/${shards}`, '--finish'];
}
