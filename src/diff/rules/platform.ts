import type { Rule } from './rule.ts';
import { documentation, google, ours } from './sources.ts';

const owner = {
  resource: 'platform',
  impact: 'refused',
  reason:
    "A database knows the platform and environment it belongs to, and another's is not written: move the data to a new one.",
  source: ours('db init stores both in platform.installation; another name there exits 4'),
} as const;

const resource = 'platform';

export const platformRules: readonly Rule[] = [
  {
    id: 'platform/environment-removed',
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason:
      'The environment is gone from the spec, and its folder with the next compile. What runs ends when you say so: terraform destroy in that folder first.',
    source: ours('compile removes what it no longer makes'),
  },
  { id: 'platform/name-owns-databases', ...owner, field: 'name' },
  { id: 'platform/environment-owns-databases', ...owner, field: 'environment' },
  {
    id: 'platform/prefix-names-resources',
    resource,
    field: 'prefix',
    impact: 'replace',
    reason: 'Firewall rules, service accounts and secrets bear it in their names, which they keep for life.',
    source: google('resource_compute_firewall.go', 'name: ForceNew'),
  },
  {
    id: 'platform/model-version',
    resource,
    field: 'modelVersion',
    impact: 'none',
    reason: 'How this compiler describes a platform.',
    source: ours('src/model/platform.ts'),
  },
  {
    id: 'platform/labels',
    resource,
    field: 'labels.*',
    impact: 'update',
    reason: 'Labels change in place.',
    source: google('resource_sql_database_instance.go', 'settings.user_labels'),
  },
  {
    id: 'platform/project-replaces',
    resource,
    field: 'gcp.project',
    impact: 'replace',
    reason:
      'Nothing moves between projects: all is made anew in the other one. While deletionProtection is on, apply refuses it.',
    loss: 'both databases: every item and collection, the ledger, quarantine and ingestion log',
    source: google('resource_sql_database_instance.go', 'project: ForceNew'),
  },
  {
    id: 'platform/terraform-state',
    resource,
    field: 'gcp.terraformState*',
    impact: 'none',
    reason:
      'Only where Terraform keeps its state: `terraform init -migrate-state` moves it. Without that, apply would make everything again.',
    source: documentation('Terraform documentation, "Backend configuration"'),
  },
];
