import type { Artifact } from '../../artifact/artifact.ts';
import type { Alerts, CloudSqlHosting, Platform } from '../../model/platform.ts';
import { largestDiskGb } from '../../model/tier.ts';
import type { Fragment } from '../../print/fragment.ts';
import { hclNumber, hclStrings } from '../../print/hcl.ts';
import { emitHcl, type HclView } from './common.ts';

const folder = 'terraform';

/** Alert policies, who is told, and the dashboard of a Cloud SQL instance. */
export function emitMonitoring(platform: Platform, hosting: CloudSqlHosting): readonly Artifact[] {
  const { alerts, backups, dashboard } = hosting;
  return [
    emitHcl(folder, 'terraform/monitoring.tf', viewAlerts(platform, hosting)),
    ...(alerts.backups || dashboard
      ? [
          emitHcl(folder, 'terraform/monitoring-backups.tf', {
            alerts: alerts.backups,
            pointInTimeRecovery: backups.pointInTimeRecovery,
          }),
        ]
      : []),
    ...(dashboard ? [emitHcl(folder, 'terraform/dashboard.tf', viewDashboard(hosting))] : []),
  ];
}

function viewAlerts({ bastion }: Platform, hosting: CloudSqlHosting): HclView {
  const { alerts, replicas, availability } = hosting;
  const { cpu, memory, disk, connections, transactionIds } = alerts;
  return {
    ...viewChannels(alerts),
    shares: [cpu, memory, disk, connections, transactionIds].some((share) => share !== null),
    cpu: optionalNumber(cpu),
    memory: optionalNumber(memory),
    disk: viewDisk(hosting),
    connections: optionalNumber(connections),
    maxConnections: hclNumber(alerts.maxConnections),
    transactionIds: optionalNumber(transactionIds),
    down: alerts.down,
    replicas: replicas.length > 0,
    lag: optionalNumber(alerts.replicationLag),
    regional: availability === 'regional',
    bastion: bastion !== null,
  };
}

/** Who is told: names of channels that are there, and the addresses for which channels are made. */
export function viewChannels({ notify, emails }: Alerts): HclView {
  return {
    notify: notify.length === 0 && emails.length === 0 ? null : hclStrings(notify),
    emails: emails.length === 0 ? null : hclStrings(emails),
  };
}

export function optionalNumber(value: number | null): Fragment<'hcl'> | null {
  return value === null ? null : hclNumber(value);
}

/** A disk that grows by itself is measured by how far it may: its own limit, or the largest of its tier. */
function viewDisk({ alerts, disk, tier }: CloudSqlHosting): HclView {
  const limited = disk.limitGb > 0;
  return {
    share: optionalNumber(alerts.disk),
    limitGb: disk.autoresize ? hclNumber(limited ? disk.limitGb : largestDiskGb(tier)) : null,
    limited,
  };
}

function viewDashboard(hosting: CloudSqlHosting): HclView {
  return {
    disk: viewDisk(hosting),
    diskGrows: hosting.disk.autoresize,
    replicas: hosting.replicas.length > 0,
    lag: optionalNumber(hosting.alerts.replicationLag),
  };
}
