import type { Artifact } from '../../artifact/artifact.ts';
import type { VirtualMachinesHosting } from '../../model/platform.ts';
import { emitHcl, type HclView } from './common.ts';
import { optionalNumber, viewChannels } from './monitoring.ts';

const folder = 'terraform/postgres_vms';

/** Alert policies, who is told, and the dashboard of the two machines. */
export function emitMachineMonitoring(hosting: VirtualMachinesHosting): readonly Artifact[] {
  const { alerts, dashboard } = hosting;
  return [
    emitHcl(folder, 'terraform/postgres_vms/monitoring.tf', viewAlerts(hosting)),
    ...(alerts.backups || dashboard
      ? [emitHcl(folder, 'terraform/postgres_vms/monitoring-backups.tf', { alerts: alerts.backups })]
      : []),
    ...(dashboard ? [emitHcl(folder, 'terraform/postgres_vms/dashboard.tf', {})] : []),
  ];
}

function viewAlerts({ alerts, opsAgent }: VirtualMachinesHosting): HclView {
  const { cpu, memory, disk, connections, down } = alerts;
  return {
    ...viewChannels(alerts),
    shares: [cpu, memory, disk, connections].some((share) => share !== null),
    cpu: optionalNumber(cpu),
    memory: optionalNumber(memory),
    disk: optionalNumber(disk),
    connections: optionalNumber(connections),
    down,
    agentless: !opsAgent,
  };
}
