import { everything, guard } from './cloud-sql.ts';
import type { Rule } from './rule.ts';
import { cloudSqlEditing, cloudSqlSettings, documentation, google } from './sources.ts';

const file = 'resource_sql_database_instance.go';
const resource = 'cloudSql.instance';

/** The instance's disk and backups: where its data is. */
export const cloudSqlDataRules: readonly Rule[] = [
  {
    id: 'cloudsql/disk-type-replaces',
    resource,
    field: 'disk.type',
    versions: '< 7.44.0',
    impact: 'replace',
    reason: `A provider before 7.44.0 deletes the instance and makes an empty one. ${guard}`,
    loss: everything,
    source: google(file, 'settings.disk_type: ForceNew before 7.44.0'),
  },
  {
    id: 'cloudsql/disk-type-refused',
    resource,
    field: 'disk.type',
    versions: '>= 7.44.0',
    impact: 'refused',
    reason:
      'An instance keeps its type of disk: Cloud SQL refuses another, though this provider plans a change in place. A provider before 7.44.0 deletes the instance for it.',
    source: google(
      file,
      'settings.disk_type: no ForceNew from 7.44.0; Cloud SQL documentation, "About instance settings": storage type; GoogleCloudPlatform/magic-modules #18439',
    ),
  },
  {
    id: 'cloudsql/disk-grows-by-itself',
    resource,
    field: 'disk.sizeGb',
    when: ['diskGrowsByItself'],
    impact: 'none',
    reason:
      'A disk that grows by itself is left alone (ignore_changes). To grow it now: gcloud sql instances patch --storage-size.',
    source: google(file, 'settings.disk_size: ForceNewIfChange IsDiskShrinkage'),
  },
  {
    id: 'cloudsql/disk-shrink-replaces',
    resource,
    field: 'disk.sizeGb',
    when: ['shrinks'],
    impact: 'replace',
    reason: `A disk never shrinks: the instance is deleted and an empty one made. ${guard}`,
    loss: everything,
    source: google(file, 'settings.disk_size: ForceNewIfChange IsDiskShrinkage'),
  },
  {
    id: 'cloudsql/disk-grows',
    resource,
    field: 'disk.sizeGb',
    impact: 'update',
    reason: 'The disk grows while the instance runs, and never shrinks again.',
    source: google(file, 'settings.disk_size: ForceNewIfChange IsDiskShrinkage'),
  },
  {
    id: 'cloudsql/autoresize-off-replaces',
    resource,
    field: 'disk.autoresize',
    when: ['turnsOff'],
    impact: 'replace',
    reason: `A disk that has grown past sizeGb now counts as shrunk, and the instance is replaced: set sizeGb to its size first. ${guard}`,
    loss: `where the disk has grown: ${everything}`,
    source: google(file, 'settings.disk_size: ForceNewIfChange IsDiskShrinkage'),
  },
  {
    id: 'cloudsql/autoresize-on',
    resource,
    field: 'disk.autoresize',
    impact: 'update',
    reason: 'From now on the disk grows by itself, up to its limit.',
    source: google(file, 'settings.disk_autoresize'),
  },
  {
    id: 'cloudsql/disk-limit',
    resource,
    field: 'disk.limitGb',
    impact: 'update',
    reason: 'Where the disk stops growing by itself; one that is larger already stays as it is.',
    source: google(file, 'settings.disk_autoresize_limit'),
  },
  {
    id: 'cloudsql/recovery-on-restarts',
    resource,
    field: 'backups.pointInTimeRecovery',
    when: ['turnsOn'],
    impact: 'restart',
    reason: 'Archiving of the write-ahead log starts with a restart.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Use point-in-time recovery"'),
  },
  {
    id: 'cloudsql/recovery-off-loses-logs',
    resource,
    field: 'backups.pointInTimeRecovery',
    when: ['turnsOff'],
    impact: 'restart',
    reason: 'The archived logs are deleted: no moment between two backups can be gone back to.',
    loss: 'the archive of the write-ahead log',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Use point-in-time recovery"'),
  },
  {
    id: 'cloudsql/fewer-backups',
    resource,
    field: 'backups.retained',
    when: ['shrinks'],
    impact: 'update',
    reason: 'The oldest backups past the new number are deleted.',
    loss: 'the oldest backups',
    source: cloudSqlSettings,
  },
  {
    id: 'cloudsql/fewer-log-days',
    resource,
    field: 'backups.transactionLogDays',
    when: ['shrinks'],
    impact: 'update',
    reason: 'Archived logs older than that are deleted.',
    loss: 'the oldest of the archived write-ahead log',
    source: cloudSqlSettings,
  },
  {
    id: 'cloudsql/backups',
    resource,
    field: 'backups.*',
    impact: 'update',
    reason: 'The next backup has it; the instance runs on.',
    source: cloudSqlEditing,
  },
];
