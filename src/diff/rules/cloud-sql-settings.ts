import type { Rule } from './rule.ts';
import { cloudSqlAvailability, documentation, google } from './sources.ts';

const file = 'resource_sql_database_instance.go';
const resource = 'cloudSql.instance';
const pooling = documentation('Cloud SQL for PostgreSQL documentation, "Managed Connection Pooling overview"');

/** How the instance runs: where, when it is maintained, what it watches, what it asks of passwords. */
export const cloudSqlSettingRules: readonly Rule[] = [
  {
    id: 'cloudsql/data-cache-restarts',
    resource,
    field: 'dataCache',
    impact: 'restart',
    reason: 'The instance restarts with a local disk for its cache, or without; no data is on it alone.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Data cache overview"'),
  },
  {
    id: 'cloudsql/zones-left',
    resource,
    field: 'zone',
    when: ['disappears'],
    impact: 'none',
    reason: 'It stays where it is: Terraform leaves a preference alone that is no longer written.',
    source: google(file, 'settings.location_preference: Optional, Computed'),
  },
  {
    id: 'cloudsql/standby-left',
    resource,
    field: 'secondaryZone',
    when: ['disappears'],
    impact: 'none',
    reason: 'The standby stays where it is: its zone is left alone (ignore_changes) where the spec says none.',
    source: google(file, 'settings.location_preference.secondary_zone'),
  },
  {
    id: 'cloudsql/zone-restarts',
    resource,
    field: 'zone',
    impact: 'restart',
    reason: 'The instance moves to the other zone: every connection ends, though a plan shows a change in place.',
    source: cloudSqlAvailability,
  },
  {
    id: 'cloudsql/standby-zone',
    resource,
    field: 'secondaryZone',
    impact: 'update',
    reason: 'The standby is made anew in the other zone; until it is there, nothing takes over.',
    source: google(file, 'settings.location_preference.secondary_zone'),
  },
  {
    id: 'cloudsql/activation-restarts',
    resource,
    field: 'activation',
    impact: 'restart',
    reason:
      'It stops, or starts again. While it is stopped nobody connects, and Terraform makes no database and no login; disk, backups and address stay, and cost.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Start, stop, and restart instances"'),
  },
  {
    id: 'cloudsql/maintenance',
    resource,
    field: 'maintenance.*',
    impact: 'update',
    reason: "When Google's own updates restart the instance; the change itself does not.",
    source: google(file, 'settings.maintenance_window, settings.deny_maintenance_period'),
  },
  {
    id: 'cloudsql/insights-length-restarts',
    resource,
    field: 'insights.queryStringLength',
    impact: 'restart',
    reason: 'The memory that Query Insights keeps queries in is laid out when PostgreSQL starts.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Use Query insights to improve query performance"'),
  },
  {
    id: 'cloudsql/insights',
    resource,
    field: 'insights.*',
    impact: 'update',
    reason: 'Query Insights changes while the instance runs; only the length of query strings restarts it.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Use Query insights to improve query performance"'),
  },
  {
    id: 'cloudsql/password-policy',
    resource,
    field: 'passwordPolicy*',
    impact: 'update',
    reason: 'The next password that is set is held to it; those there are go on working.',
    source: google(file, 'settings.password_validation_policy'),
  },
  {
    id: 'cloudsql/pool-stays',
    resource,
    field: 'connectionPool',
    when: ['disappears'],
    impact: 'refused',
    reason:
      'The provider takes a pool that is not written for one that may be: it stays on. `gcloud sql instances patch --no-enable-connection-pooling` turns it off, and Terraform then sees no difference.',
    source: google(file, 'settings.connection_pool_config: Computed; hashicorp/terraform-provider-google #27133'),
  },
  {
    id: 'cloudsql/pool-restarts',
    resource,
    field: 'connectionPool',
    impact: 'restart',
    reason: 'From then on every connection of the Auth Proxy goes through the pool; those that are open end.',
    source: pooling,
  },
  {
    id: 'cloudsql/pool-settings',
    resource,
    field: 'connectionPool.*',
    impact: 'restart',
    reason: 'The poolers start again with it: connections through them end. The database itself runs on.',
    source: pooling,
  },
];
