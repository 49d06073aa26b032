import type { Rule } from './rule.ts';
import { ours } from './sources.ts';

const resource = 'pipeline *';

export const pipelineRules: readonly Rule[] = [
  {
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'Its flow and CronJob are no longer made (kubectl apply deletes neither); what it loaded stays.',
    source: ours('nothing deletes items'),
  },
  {
    resource,
    field: 'shardBy',
    impact: 'refused',
    reason: 'A collection that was loaded keeps its partitioning: ingest exits 4. Into a new collection it works.',
    source: 'pgSTAC, collections.partition_trunc; platform: shardBy is set when the collection is made',
  },
  {
    resource,
    field: 'source*',
    impact: 'update',
    reason: 'The next run reads the new source; what was loaded from the old one stays.',
    source: ours('nothing deletes items'),
  },
  {
    resource,
    field: 'schedule',
    impact: 'update',
    reason: 'The CronJob changes in place; a run that has started goes on.',
    source: 'Kubernetes documentation, "CronJob"',
  },
  {
    resource,
    field: '*',
    impact: 'update',
    reason: 'The next run has it; what was loaded stays.',
    source: ours('a run reads the spec when it starts'),
  },
];
