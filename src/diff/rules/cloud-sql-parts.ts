import { guard } from './cloud-sql.ts';
import type { Rule } from './rule.ts';
import { cloudSqlAvailability, documentation, google } from './sources.ts';

const file = 'resource_sql_database_instance.go';

/** What stands beside the instance: replicas, the init Job's account. None of them holds data of its own. */
export const cloudSqlPartRules: readonly Rule[] = [
  {
    id: 'cloudsql/replica-removed',
    resource: 'cloudSql.replica *',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: `The replica is deleted; what it served has to read elsewhere. ${guard}`,
    source: google(file, 'Delete'),
  },
  {
    id: 'cloudsql/replica-renamed',
    resource: 'cloudSql.replica *',
    field: 'name',
    impact: 'none',
    reason: 'The instance keeps the first name; only its address in Terraform moves (renamedFrom).',
    source: documentation('Terraform\'s documentation, "Refactor modules": moved blocks'),
  },
  {
    id: 'cloudsql/replica-tier-restarts',
    resource: 'cloudSql.replica *',
    field: 'tier',
    impact: 'restart',
    reason: 'Another machine: every connection to the replica ends.',
    source: google(file, 'settings.tier: not ForceNew'),
  },
  {
    id: 'cloudsql/replica-zone-left',
    resource: 'cloudSql.replica *',
    field: 'zone',
    when: ['disappears'],
    impact: 'none',
    reason: 'It stays where it is: Terraform leaves a preference alone that is no longer written.',
    source: google(file, 'settings.location_preference: Optional, Computed'),
  },
  ...(['availability', 'zone'] as const).map(
    (field): Rule => ({
      id: `cloudsql/replica-${field}-restarts`,
      resource: 'cloudSql.replica *',
      field,
      impact: 'restart',
      reason: 'The replica moves, or gets a standby, or loses it: it may be away for minutes.',
      source: cloudSqlAvailability,
    }),
  ),
  {
    id: 'cloudsql/replica-flags-restart',
    resource: 'cloudSql.replica *',
    field: 'flags.*',
    impact: 'restart',
    reason: 'Many a flag takes effect only at the start: the replica is restarted where this is one.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Configure database flags"'),
  },
  ...(['instance', 'region'] as const).map(
    (field): Rule => ({
      id: `cloudsql/replica-${field}-replaces`,
      resource: 'cloudSql.replica *',
      field,
      impact: 'replace',
      reason: `The replica is deleted and filled again from the primary. ${guard}`,
      source: google(file, 'name, region: ForceNew'),
    }),
  ),
  {
    id: 'cloudsql/init-account-removed',
    resource: 'cloudSql.initAccount',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'The service account is deleted: the init Job runs no more.',
    source: google('resource_google_service_account.go', 'Delete'),
  },
  {
    id: 'cloudsql/init-account-replaced',
    resource: 'cloudSql.initAccount',
    field: '*',
    impact: 'replace',
    reason: "A service account keeps its id for life: the init Job's next run has the new one.",
    source: google('resource_google_service_account.go', 'account_id: ForceNew'),
  },
];
