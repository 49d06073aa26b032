/**
 * Flags that are Cloud SQL's own, or an extension's: PostgreSQL itself has no such setting. Source: Cloud SQL for
 * PostgreSQL, 'Configure database flags'. The page grows with the extensions Cloud SQL takes up, so a name that is not
 * here is no mistake by itself.
 */
export const cloudSqlFlags = `
  auto_explain.log_analyze auto_explain.log_buffers auto_explain.log_format auto_explain.log_level
  auto_explain.log_min_duration auto_explain.log_nested_statements auto_explain.log_settings auto_explain.log_timing
  auto_explain.log_triggers auto_explain.log_verbose auto_explain.log_wal auto_explain.sample_rate
  cloudsql.allow_passwordless_local_connections cloudsql.enable_anon cloudsql.enable_auto_explain
  cloudsql.enable_index_advisor cloudsql.enable_pg_bigm cloudsql.enable_pg_cron cloudsql.enable_pg_hint_plan
  cloudsql.enable_pg_squeeze cloudsql.enable_pg_wait_sampling cloudsql.enable_pgaudit cloudsql.enable_pglogical
  cloudsql.iam_authentication cloudsql.logical_decoding cloudsql.pg_shadow_select_role
  cron.database_name cron.log_min_messages cron.log_run cron.log_statement cron.max_running_jobs
  pg_hint_plan.debug_print pg_hint_plan.enable_hint pg_hint_plan.enable_hint_table pg_hint_plan.message_level
  pg_hint_plan.parse_messages pg_stat_statements.max pg_stat_statements.save pg_stat_statements.track
  pg_stat_statements.track_utility pgaudit.log pgaudit.log_catalog pgaudit.log_level pgaudit.log_parameter
  pgaudit.log_relation pgaudit.log_statement_once pgaudit.role pglogical.batch_inserts
  pglogical.conflict_log_level pglogical.conflict_resolution pglogical.extra_connection_options
  pglogical.synchronous_commit pglogical.use_spi
`
  .trim()
  .split(/\s+/);
