import type { Rule } from './rule.ts';
import { documentation, ours } from './sources.ts';

const resource = 'pipeline *';
const goesOn =
  'A CronJob is no longer made, and goes on as it was until `kubectl delete cronjob ingest-PIPELINE`: kubectl apply deletes nothing.';

export const pipelineRules: readonly Rule[] = [
  {
    id: 'pipeline/removed',
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: `Its flow is no longer made; what it loaded stays. ${goesOn}`,
    source: ours('nothing deletes items'),
  },
  {
    id: 'pipeline/shards-refused',
    resource,
    field: 'shardBy',
    impact: 'refused',
    reason: 'A collection that was loaded keeps its partitioning: ingest exits 4. Into a new collection it works.',
    source: documentation('pgSTAC, collections.partition_trunc; platform: shardBy is set when the collection is made'),
  },
  {
    id: 'pipeline/source',
    resource,
    field: 'source*',
    impact: 'update',
    reason: 'The next run reads the new source; what was loaded from the old one stays.',
    source: ours('nothing deletes items'),
  },
  {
    id: 'pipeline/schedule-made',
    resource,
    field: 'schedule',
    when: ['appears'],
    impact: 'create',
    reason: 'A CronJob is made, or the one that was suspended starts runs of itself.',
    source: ours('terraform/kubernetes'),
  },
  {
    id: 'pipeline/schedule-suspended',
    resource,
    field: 'schedule',
    when: ['disappears', 'keepsCronJob'],
    impact: 'update',
    reason: 'The CronJob is suspended: it starts no run of itself, and a run that has started goes on.',
    source: documentation('Kubernetes documentation, "CronJob", "Schedule suspension"'),
  },
  {
    id: 'pipeline/schedule-removed',
    resource,
    field: 'schedule',
    when: ['disappears'],
    impact: 'destroy',
    reason: goesOn,
    source: documentation('kubectl documentation, "apply": no pruning by default'),
  },
  {
    id: 'pipeline/schedule',
    resource,
    field: 'schedule',
    impact: 'update',
    reason: 'The CronJob changes in place; a run that has started goes on.',
    source: documentation('Kubernetes documentation, "CronJob"'),
  },
  {
    id: 'pipeline/shard-count-removed',
    resource,
    field: 'shards',
    when: ['disappears', 'leavesCronJob'],
    impact: 'destroy',
    reason:
      'The CronJob that people started by hand is no longer made, and stays until `kubectl delete cronjob ingest-PIPELINE`: kubectl apply deletes nothing.',
    source: documentation('kubectl documentation, "apply": no pruning by default'),
  },
  {
    id: 'pipeline/shard-count',
    resource,
    field: 'shards',
    impact: 'update',
    reason:
      'Runs that start from now on are cut so, each part in a pod of its own; one that has started keeps its own.',
    source: documentation('Kubernetes documentation, "Jobs", "Completion mode"'),
  },
  {
    id: 'pipeline/method',
    resource,
    field: 'method',
    impact: 'update',
    reason: 'Runs and shards that start from now on do so with items that are there already; what was loaded stays.',
    source: ours('a run reads the spec when it starts'),
  },
  {
    id: 'pipeline/judge',
    resource,
    field: 'judge',
    impact: 'update',
    reason: 'The next run judges so; what was loaded stays.',
    source: ours('a run reads the spec when it starts'),
  },
  {
    id: 'pipeline/reconcile',
    resource,
    field: 'reconcile*',
    impact: 'update',
    reason: 'Runs with --reconcile that end from now on delete so many at most.',
    source: ours('a run reads the spec when it is finished'),
  },
  {
    id: 'pipeline/schemas',
    resource,
    field: 'schemas',
    impact: 'update',
    reason: 'The next run takes its JSON Schemas from there; what was loaded stays.',
    source: ours('a run reads the spec when it starts'),
  },
  {
    id: 'pipeline/download',
    resource,
    field: 'download*',
    impact: 'update',
    reason: 'The next run downloads so; what was downloaded stays.',
    source: ours('a run reads the spec when it starts'),
  },
  ...['className', 'fileStem'].map(
    (field): Rule => ({
      id: `pipeline/${field}`,
      resource,
      field,
      impact: 'update',
      reason: 'Derived from its name: how the generated flow is called. Runs of the old name stay in Metaflow.',
      source: ours('metaflow_flows/'),
    }),
  ),
];
