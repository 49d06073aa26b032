import type { Rule } from './rule.ts';
import { documentation, ours } from './sources.ts';

export const metaflowRules: readonly Rule[] = [
  {
    id: 'metaflow/removed',
    resource: 'metaflow',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      'configs/metaflow_gcp.yaml and the flows are no longer made; what earlier runs left stays in the datastore.',
    source: ours('compile removes what it no longer makes'),
  },
  {
    id: 'metaflow/datastore',
    resource: 'metaflow',
    field: 'datastore',
    impact: 'update',
    reason: 'New runs go to the other place; what earlier runs left stays where it is and is not found from there.',
    source: documentation('Metaflow documentation, METAFLOW_DATASTORE_SYSROOT_GS'),
  },
  ...['workload', 'service', 'image'].map(
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
