import type { Artifact } from '../../artifact/artifact.ts';
import type { CloudSqlHosting, Platform, Weekday } from '../../model/platform.ts';
import { hclBoolean, hclComment, hclNumber, hclString } from '../../print/hcl.ts';
import { emitBase } from './base.ts';
import { emitHcl, type HclView } from './common.ts';
import { viewFlagChecks } from './flag-checks.ts';
import { needsStandby, viewAvailability, viewOptions } from './instance-options.ts';
import { emitMonitoring } from './monitoring.ts';
import { viewPostgresql, viewRoles } from './postgresql.ts';
import { emitReach, viewProtection } from './reach.ts';
import { viewReplicas } from './replicas.ts';

const folder = 'terraform';

/** `terraform/` with Cloud SQL: the instance, its databases, logins, secret and alerts beside the workloads' identities. */
export function emitCloudSql(platform: Platform, hosting: CloudSqlHosting): readonly Artifact[] {
  return [
    ...emitBase(platform),
    emitHcl(folder, 'terraform/instance.tf', viewInstance(platform, hosting)),
    ...emitReach(platform, hosting),
    ...(hosting.replicas.length === 0
      ? []
      : [emitHcl(folder, 'terraform/replicas.tf', viewReplicas(viewInstance(platform, hosting), hosting))]),
    emitHcl(folder, 'terraform/databases.tf', viewDatabases(platform, hosting)),
    emitHcl(folder, 'terraform/secrets.tf', {
      adminSecret: hclString(hosting.adminSecret),
      init: hosting.initAccount !== null,
    }),
    ...emitMonitoring(platform, hosting),
    ...(hosting.bootstrap === 'terraform'
      ? [
          emitHcl(folder, 'terraform/postgresql.tf', viewPostgresql(platform)),
          emitHcl(folder, 'terraform/roles.tf', viewRoles(platform)),
        ]
      : []),
  ];
}

function viewInstance(platform: Platform, hosting: CloudSqlHosting): HclView {
  const standbyAnywhere = needsStandby(hosting) && hosting.secondaryZone === null;
  return {
    ...viewProtection(platform, hosting),
    ...viewSettings(hosting),
    instance: hclString(hosting.instance),
    version: hclString(hosting.version),
    deletionProtection: hclBoolean(hosting.deletionProtection),
    replicas: hosting.replicas.length > 0,
    standbyAnywhere,
    ignored: hosting.disk.autoresize || !hosting.insights.enabled || standbyAnywhere,
  };
}

function viewSettings({ disk, backups, maintenance, ...hosting }: CloudSqlHosting): HclView {
  return {
    ...viewOptions({ maintenance, ...hosting }),
    tier: hclString(hosting.tier),
    edition: hclString({ enterprise: 'ENTERPRISE', 'enterprise-plus': 'ENTERPRISE_PLUS' }[hosting.edition]),
    availability: viewAvailability(hosting.availability),
    activation: hclString({ always: 'ALWAYS', never: 'NEVER' }[hosting.activation]),
    flags: hosting.flags.map(({ name, value }) => ({ name: hclString(name), value: hclString(value) })),
    checks: viewFlagChecks(hosting.flags),
    disk: {
      type: hclString({ ssd: 'PD_SSD', hdd: 'PD_HDD' }[disk.type]),
      sizeGb: hclNumber(disk.sizeGb),
      autoresize: hclBoolean(disk.autoresize),
      grows: disk.autoresize,
      limitGb: hclNumber(disk.limitGb),
    },
    backups: {
      startTime: hclString(backups.startTime),
      retained: hclNumber(backups.retained),
      pointInTimeRecovery: hclBoolean(backups.pointInTimeRecovery),
      transactionLogDays: hclNumber(backups.transactionLogDays),
      location: backups.location === null ? null : hclString(backups.location),
      retainOnDelete: hclBoolean(backups.retainOnDelete),
    },
    maintenance: {
      day: hclNumber(weekdays.indexOf(maintenance.day) + 1),
      dayName: hclComment(maintenance.day.charAt(0).toUpperCase() + maintenance.day.slice(1)),
      hour: hclNumber(maintenance.hour),
      track: hclString(maintenance.track),
    },
  };
}

/** In the order of the Cloud SQL API, whose week starts with Monday as 1. */
const weekdays: readonly Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function viewDatabases({ databases, kubernetes }: Platform, hosting: CloudSqlHosting): HclView {
  return {
    ingest: hclString(databases.ingest.name),
    pgstac: hclString(databases.pgstac.name),
    adminUser: hclString(hosting.adminUser),
    job: hosting.initAccount !== null,
    pooler: (kubernetes?.pooler ?? null) !== null,
  };
}
