import type { CloudSqlHosting, Platform, VirtualMachinesHosting } from '../../../src/model/platform.ts';

/** The address of each alert policy that a spec says, by rule: these and no others. */
export function expectAlerts({ hosting }: Platform, folder: 'terraform' | 'postgres_vms'): readonly string[] {
  const isCloudSql = hosting.kind === 'cloudSql';
  if (isCloudSql !== (folder === 'terraform')) return [];
  const names = isCloudSql ? nameCloudSql(hosting) : nameMachines(hosting);
  return names.map((name) => `google_monitoring_alert_policy.${name}`).sort();
}

function nameCloudSql({ alerts, replicas }: CloudSqlHosting): readonly string[] {
  const { cpu, memory, disk, connections, transactionIds: transaction_ids } = alerts;
  return [
    ...nameShares('database', { cpu, memory, disk, connections, transaction_ids }),
    ...(alerts.down ? ['down'] : []),
    ...(alerts.replicationLag !== null && replicas.length > 0 ? ['replication'] : []),
    ...(alerts.backups ? ['backup_failed', 'backup_missing'] : []),
  ];
}

function nameMachines({ alerts }: VirtualMachinesHosting): readonly string[] {
  const { cpu, memory, disk, connections } = alerts;
  const ofEach = (name: string) => ['ingest', 'pgstac'].map((database) => `${name}["${database}"]`);
  return [
    ...nameShares('machine', { cpu, memory, disk, connections }),
    ...(alerts.down ? ['down', ...ofEach('silent')] : []),
    ...(alerts.backups ? ofEach('backup_missing') : []),
  ];
}

/** One policy for each threshold that is said. */
function nameShares(name: string, shares: Readonly<Record<string, number | null>>): readonly string[] {
  return Object.entries(shares).flatMap(([key, share]) => (share === null ? [] : [`${name}["${key}"]`]));
}
