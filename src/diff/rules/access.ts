import type { Rule } from './rule.ts';
import { google, ours } from './sources.ts';

const grants = {
  field: 'grants.*',
  impact: 'update',
  reason: '`platform db init` grants and revokes; open sessions have the new rights at once.',
  source: 'PostgreSQL 15 documentation, GRANT and REVOKE',
} as const;

export const accessRules: readonly Rule[] = [
  {
    resource: 'workload *',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      'Its Google service account is deleted; its login stays in the databases and can no longer get in (ABANDON).',
    source: google('resource_google_service_account.go', 'Delete; resource_sql_user.go, deletion_policy'),
  },
  { resource: 'workload *', ...grants },
  {
    resource: 'workload *',
    field: 'namespace',
    impact: 'replace',
    reason:
      'A Kubernetes object stays in its namespace: a service account is made in the other one, and pods must start there.',
    source: 'Kubernetes documentation, "Namespaces"',
  },
  {
    resource: 'workload *',
    field: 'serviceAccount',
    impact: 'replace',
    reason: 'A Kubernetes object keeps its name for life: a new service account is made, and pods must start with it.',
    source: 'Kubernetes documentation, "Object Names and IDs"',
  },
  {
    resource: 'workload *',
    field: 'google.*',
    impact: 'replace',
    reason: 'A service account keeps its id for life: a new one is made, with new role bindings.',
    source: google('resource_google_service_account.go', 'account_id: ForceNew'),
  },
  {
    resource: 'workload *',
    field: 'databaseUser',
    when: ['disappears'],
    impact: 'destroy',
    reason: 'The login goes with its server; on virtual machines workloads share the login of each machine.',
    source: ours('hosting.virtualMachines has the logins ingest_user and pgstac_user'),
  },
  {
    resource: 'workload *',
    field: 'databaseUser',
    impact: 'replace',
    reason: 'A new login is made, which can do nothing until `platform db init` has granted it its roles.',
    source: google('resource_sql_user.go', 'name: ForceNew'),
  },
  {
    resource: 'workload *',
    field: 'buckets',
    impact: 'update',
    reason: 'roles/storage.objectUser is bound on a bucket that is new and taken away on one that is gone.',
    source: google('iam_storage_bucket.go', 'member bindings'),
  },
  {
    resource: 'person *',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      'The roles on the project are taken away; the login stays in the databases and can no longer get in (ABANDON).',
    source: google('resource_sql_user.go', 'deletion_policy'),
  },
  { resource: 'person *', ...grants },
  {
    resource: 'person *',
    field: '*',
    impact: 'replace',
    reason: 'Derived from the member: another login and other role bindings.',
    source: google('resource_sql_user.go', 'name, type: ForceNew'),
  },
  {
    resource: 'bastion',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'The machine is deleted; there is nothing on it. People reach the databases no more through it.',
    source: google('resource_compute_instance.go', 'Delete'),
  },
  {
    resource: 'bastion',
    field: 'machineType',
    impact: 'restart',
    reason: 'The machine stops and starts again; tunnels through it end.',
    source: google('resource_compute_instance.go', 'machine_type, allow_stopping_for_update'),
  },
  {
    resource: 'bastion',
    field: '*',
    impact: 'replace',
    reason: 'The machine is made anew; there is nothing on it.',
    source: google('resource_compute_instance.go', 'name, zone, network_interface.subnetwork: ForceNew'),
  },
  {
    resource: 'metaflow',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      'configs/metaflow_gcp.yaml and the flows are no longer made; what earlier runs left stays in the datastore.',
    source: ours('compile removes what it no longer makes'),
  },
  {
    resource: 'metaflow',
    field: 'datastore',
    impact: 'update',
    reason: 'New runs go to the other place; what earlier runs left stays where it is and is not found from there.',
    source: 'Metaflow documentation, METAFLOW_DATASTORE_SYSROOT_GS',
  },
  {
    resource: 'metaflow',
    field: '*',
    impact: 'update',
    reason: 'Runs that start from now on have it.',
    source: ours('configs/metaflow_gcp.yaml is read when a run starts'),
  },
];
