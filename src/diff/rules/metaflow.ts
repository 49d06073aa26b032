import type { Rule } from './rule.ts';
import { documentation, ours } from './sources.ts';

const elsewhere =
  'Where its namespace is another, the CronJobs in the old one go on as well, until they are deleted with kubectl.';

export const metaflowRules: readonly Rule[] = [
  {
    id: 'metaflow/removed',
    resource: 'metaflow',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      'configs/metaflow_gcp.yaml, the flows and all that runs in the runner image are no longer made. What was applied to a cluster goes on until it is deleted with kubectl; what earlier runs left stays in the datastore.',
    source: ours('compile removes what it no longer makes, kubectl apply nothing'),
  },
  {
    id: 'metaflow/datastore',
    resource: 'metaflow',
    field: 'datastore',
    impact: 'update',
    reason: 'New runs go to the other place; what earlier runs left stays where it is and is not found from there.',
    source: documentation('Metaflow documentation, METAFLOW_DATASTORE_SYSROOT_GS'),
  },
  {
    id: 'metaflow/workload',
    resource: 'metaflow',
    field: 'workload',
    impact: 'update',
    reason: `Runs that start from now on are it. ${elsewhere}`,
    source: ours('configs/metaflow_gcp.yaml is read when a run starts'),
  },
  ...['service', 'image'].map(
    (field): Rule => ({
      id: `metaflow/${field}`,
      resource: 'metaflow',
      field,
      impact: 'update',
      reason: 'Runs that start from now on have it.',
      source: ours('configs/metaflow_gcp.yaml is read when a run starts'),
    }),
  ),
];
