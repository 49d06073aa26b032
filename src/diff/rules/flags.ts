/**
 * Flags that take effect only at PostgreSQL's start: those that PostgreSQL 15 itself lists so
 * (`SELECT name FROM pg_settings WHERE context = 'postmaster'`) and that Cloud SQL lets one set, and its own
 * `cloudsql.*` switches.
 */
const ofPostgres = [
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
] as const;

export const restartFlags: readonly { readonly flag: string; readonly source: string }[] = [
  ...ofPostgres.map((flag) => ({ flag, source: `PostgreSQL 15, pg_settings.context of ${flag}: postmaster` })),
  // Preloaded by Cloud SQL for them: pg_cron, pglogical and the like. Its documentation says of each whether it restarts;
  // where it does not say, the worse is presumed.
  ...['cloudsql.*', 'cron.*'].map((flag) => ({
    flag,
    source: 'Cloud SQL for PostgreSQL documentation, "Configure database flags": restart may be needed',
  })),
];
