import { bucketOf } from '../names.ts';
import type { Finding, RuleInput } from './rule.ts';

/** Whether whoever runs a pipeline in the cluster may do what the pipeline does. */
export function checkRights({ value }: RuleInput): readonly Finding[] {
  return [...checkGrants(value), ...checkBuckets(value)];
}

/**
 * Flows and CronJobs run as Metaflow's workload: it loads items and writes ingestion_log. The roles are the platform's
 * own (sql/, DESIGN's 'Roles').
 */
function checkGrants(value: RuleInput['value']): readonly Finding[] {
  const pipelines = Object.keys(value.pipelines ?? {});
  const workloads = value.access?.workloads ?? {};
  const names = Object.keys(workloads);
  const name = value.metaflow?.workload ?? (names.length === 1 ? names[0] : undefined);
  const workload = name === undefined ? undefined : workloads[name];
  if (value.metaflow === undefined || name === undefined || workload === undefined || pipelines.length === 0) return [];
  const shown = pipelines.length > 3 ? `${pipelines.slice(0, 3).join(', ')} and others` : pipelines.join(', ');
  const needs = { pgstac: ['ingest', 'load items into pgstac'], ingest: ['write', 'write ingestion_log'] } as const;
  return (['pgstac', 'ingest'] as const).flatMap((database): readonly Finding[] => {
    const [grant, what] = needs[database];
    if (workload.grants[database] === grant) return [];
    const at = ['access', 'workloads', name, 'grants', ...(database in workload.grants ? [database] : [])];
    const message = `${name}, which runs ${shown}, may not ${what}`;
    return [{ code: 'PF217', at, message, hint: `write ${database}: ${grant}` }];
  });
}

/** Only Metaflow's workload gets `roles/storage.objectUser`, on the datastore and each `download.to` (see `bucketsOf`). */
function checkBuckets(value: RuleInput['value']): readonly Finding[] {
  if (value.metaflow !== undefined) return [];
  return Object.entries(value.pipelines ?? {}).flatMap(([name, { download }]): readonly Finding[] => {
    if (download === undefined || bucketOf(download.to) === null) return [];
    const at = ['pipelines', name, 'download', 'to'];
    const message = `no service account of the platform may write ${download.to}: it belongs to Metaflow's workload`;
    const hint = 'add metaflow, or name a local folder; as it is, whoever runs the pipeline needs the right themselves';
    return [{ code: 'PF216', severity: 'warning', at, message, hint }];
  });
}
