import type { Rule } from './rule.ts';
import { documentation, google, ours } from './sources.ts';

const grants = {
  field: 'grants.*',
  impact: 'update',
  reason:
    '`platform db init` grants and revokes (with bootstrap: terraform, apply does); open sessions have the new rights at once.',
  source: documentation('PostgreSQL 15 documentation, GRANT and REVOKE'),
} as const;

export const accessRules: readonly Rule[] = [
  {
    id: 'access/workload-renamed',
    resource: 'workload *',
    field: 'name',
    impact: 'none',
    reason: 'Its Google service account keeps the first name; only its address in Terraform moves (renamedFrom).',
    source: documentation('Terraform\'s documentation, "Refactor modules": moved blocks'),
  },
  {
    id: 'access/workload-removed',
    resource: 'workload *',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      'Its Google service account is deleted; its login stays in the databases and can no longer get in (ABANDON). Its Kubernetes service account stays, without rights, until it is deleted with kubectl.',
    source: google('resource_google_service_account.go', 'Delete; resource_sql_user.go, deletion_policy'),
  },
  { id: 'access/workload-grants', resource: 'workload *', ...grants },
  {
    id: 'access/workload-namespace',
    resource: 'workload *',
    field: 'namespace',
    impact: 'replace',
    reason:
      'A Kubernetes object stays in its namespace: a service account is made in the other one, and pods must start there. What is in the old one (CronJobs) stays until it is deleted, without the rights of the Google account.',
    source: documentation('Kubernetes documentation, "Namespaces"'),
  },
  {
    id: 'access/workload-kubernetes-account',
    resource: 'workload *',
    field: 'serviceAccount',
    impact: 'replace',
    reason: 'A Kubernetes object keeps its name for life: a new service account is made, and pods must start with it.',
    source: documentation('Kubernetes documentation, "Object Names and IDs"'),
  },
  {
    id: 'access/workload-google-account',
    resource: 'workload *',
    field: 'google.*',
    impact: 'replace',
    reason: 'A service account keeps its id for life: a new one is made, with new role bindings.',
    source: google('resource_google_service_account.go', 'account_id: ForceNew'),
  },
  {
    id: 'access/workload-login-removed',
    resource: 'workload *',
    field: 'databaseUser',
    when: ['disappears'],
    impact: 'destroy',
    reason: 'The login goes with its server; on virtual machines workloads share the login of each machine.',
    source: ours('hosting.virtualMachines has the logins ingest_user and pgstac_user'),
  },
  {
    id: 'access/workload-login',
    resource: 'workload *',
    field: 'databaseUser',
    impact: 'replace',
    reason: 'A new login is made, which can do nothing until `platform db init` has granted it its roles.',
    source: google('resource_sql_user.go', 'name: ForceNew'),
  },
  {
    id: 'access/workload-buckets',
    resource: 'workload *',
    field: 'buckets',
    impact: 'update',
    reason: 'roles/storage.objectUser is bound on a bucket that is new and taken away on one that is gone.',
    source: google('iam_storage_bucket.go', 'member bindings'),
  },
  {
    id: 'access/person-removed',
    resource: 'person *',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      "The roles on the project are taken away; the login stays in the databases and can no longer get in (ABANDON). The right to start Metaflow's tasks goes with `kubectl apply -k`.",
    source: google('resource_sql_user.go', 'deletion_policy'),
  },
  { id: 'access/person-grants', resource: 'person *', ...grants },
  ...['kind', 'email', 'key'].map(
    (field): Rule => ({
      id: `access/person-${field}-replaces`,
      resource: 'person *',
      field,
      impact: 'replace',
      reason: 'Derived from the member: another login and other role bindings.',
      source: google('resource_sql_user.go', 'name, type: ForceNew'),
    }),
  ),
  {
    id: 'bastion/removed',
    resource: 'bastion',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'The machine is deleted; there is nothing on it. People reach the databases no more through it.',
    source: google('resource_compute_instance.go', 'Delete'),
  },
  {
    id: 'bastion/machine-type-replaces',
    resource: 'bastion',
    field: 'machineType',
    when: ['needsOtherDisk'],
    impact: 'replace',
    reason: 'That family of machines takes another type of disk: the machine is made anew; there is nothing on it.',
    source: google('resource_compute_instance.go', 'boot_disk.initialize_params.type: ForceNew'),
  },
  {
    id: 'bastion/machine-image-replaces',
    resource: 'bastion',
    field: 'machineType',
    when: ['needsOtherImage'],
    impact: 'replace',
    reason: 'Another processor needs another image: the machine is made anew; there is nothing on it.',
    source: google('resource_compute_instance.go', 'boot_disk.initialize_params.image: ForceNew'),
  },
  {
    id: 'bastion/machine-type-restarts',
    resource: 'bastion',
    field: 'machineType',
    impact: 'restart',
    reason: 'The machine stops and starts again; tunnels through it end.',
    source: google('resource_compute_instance.go', 'machine_type, allow_stopping_for_update'),
  },
  {
    id: 'bastion/ranges',
    resource: 'bastion',
    field: 'ranges',
    impact: 'update',
    reason: 'What it may reach changes in place; connections to ranges that left it end.',
    source: google('resource_compute_firewall.go', 'destination_ranges'),
  },
  ...['machine', 'zone', 'network', 'subnetwork', 'encryptionKey'].map(
    (field): Rule => ({
      id: `bastion/${field}-replaces`,
      resource: 'bastion',
      field,
      impact: 'replace',
      reason: 'The machine is made anew; there is nothing on it. Tunnels through it end.',
      source: google(
        'resource_compute_instance.go',
        'name, zone, network_interface.network, subnetwork, boot_disk.kms_key_self_link: ForceNew',
      ),
    }),
  ),
];
