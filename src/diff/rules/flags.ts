import type { Rule } from './rule.ts';
import { documentation } from './sources.ts';

const resource = 'cloudSql.instance';

/**
 * Flags that take effect only at PostgreSQL's start: those that PostgreSQL 15 itself lists so
 * (`SELECT name FROM pg_settings WHERE context = 'postmaster'`) and that Cloud SQL lets one set.
 */
export const postmasterFlags: readonly string[] = [
  'autovacuum_freeze_max_age',
  'autovacuum_max_workers',
  'autovacuum_multixact_freeze_max_age',
  'huge_pages',
  'max_connections',
  'max_files_per_process',
  'max_locks_per_transaction',
  'max_logical_replication_workers',
  'max_pred_locks_per_transaction',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_wal_senders',
  'max_worker_processes',
  'min_dynamic_shared_memory',
  'old_snapshot_threshold',
  'shared_buffers',
  'superuser_reserved_connections',
  'track_activity_query_size',
  'track_commit_timestamp',
  'wal_buffers',
  'wal_level',
];

/** Flags of Cloud SQL itself and of pg_cron; its documentation says of each whether it restarts, and of most it does. */
const ofCloudSql = ['cloudsql.*', 'cron.*'];

/** Extensions' flags that a running server takes: their context is `superuser`. */
const taken = ['auto_explain.*', 'pgaudit.*', 'pg_stat_statements.track*', 'pg_hint_plan.*'];

const page = documentation('Cloud SQL for PostgreSQL documentation, "Configure database flags"');

export const flagRules: readonly Rule[] = [
  ...postmasterFlags.map((flag) => ({
    ...restarts(flag),
    reason:
      'PostgreSQL reads this flag only when it starts; Cloud SQL restarts it at once, and the replicas, which have it too.',
    source: documentation(`PostgreSQL 15, pg_settings.context of ${flag}: postmaster`),
  })),
  ...ofCloudSql.map((flag) => ({
    ...restarts(flag),
    reason:
      'This flag decides what Cloud SQL preloads; it restarts the instance at once, and the replicas, which have it too.',
    source: page,
  })),
  ...taken.map(
    (flag): Rule => ({
      id: `cloudsql/flag-${flag}`,
      resource,
      field: `flags.${flag}`,
      impact: 'update',
      reason: 'The running server takes it.',
      source: documentation("PostgreSQL documentation, the extension's page: a superuser changes it in a session"),
    }),
  ),
  {
    id: 'cloudsql/flag-of-extension-restarts',
    resource,
    field: 'flags.*',
    when: ['ofAnExtension'],
    impact: 'restart',
    reason:
      'What an extension reads when it is loaded; of which it reads later nothing is known, so the worse is presumed.',
    source: page,
  },
  {
    id: 'cloudsql/flag-in-place',
    resource,
    field: 'flags.*',
    impact: 'update',
    reason: 'The running server takes it.',
    source: documentation('PostgreSQL 15, pg_settings.context: none of the others is postmaster'),
  },
];

function restarts(flag: string): Pick<Rule, 'id' | 'resource' | 'field' | 'impact'> {
  return { id: `cloudsql/flag-${flag}-restarts`, resource, field: `flags.${flag}`, impact: 'restart' };
}
