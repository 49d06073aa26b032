import type { VirtualMachinesHosting } from '../../model/platform.ts';
import type { Subject } from '../architecture/part.ts';
import { monthHours, type PlannedDriver, prices, quantity } from './driver.ts';

/** Both servers, their data disks and, where they have them, their addresses. */
export function listMachineCosts({ at }: Subject, hosting: VirtualMachinesHosting): readonly PlannedDriver[] {
  const key = (...path: readonly string[]) => at('hosting', 'virtualMachines', ...path);
  const machines: PlannedDriver = {
    what: `Machines ${hosting.pgstac.machine} and ${hosting.ingest.machine}`,
    quantities: sizeMachine(hosting.machineType, 2),
    lines: [key('machineType')],
    smaller: 'a smaller machineType, or a committed use',
    prices: prices.compute,
  };
  const disks: PlannedDriver = {
    what: 'Data disks',
    quantities: [quantity(2 * hosting.diskGb, 'GiB-months of balanced disk', `2 × ${hosting.diskGb} GiB`)],
    lines: [key('diskGb')],
    smaller: 'a smaller diskGb from the start: a disk only grows',
    prices: prices.compute,
  };
  if (!hosting.externalAddress) return [machines, disks];
  const addresses: PlannedDriver = {
    what: 'External addresses',
    quantities: [quantity(2 * monthHours, 'address-hours', `2 × ${monthHours} h`)],
    lines: [key('externalAddress')],
    smaller: 'externalAddress: false, with a way out by Cloud NAT',
    prices: prices.network,
  };
  return [machines, disks, addresses];
}

/** Of a predefined type, `e2-standard-4` say; none where its name does not say how large it is. */
export function sizeMachine(machineType: string, count: number): PlannedDriver['quantities'] {
  const named = /^[a-z0-9]+-(?<kind>standard|highmem|highcpu)-(?<cpus>\d+)$/.exec(machineType)?.groups;
  const shared = sharedCores[machineType];
  const cpus = shared?.cpus ?? Number(named?.['cpus']);
  const gib = shared?.gib ?? cpus * (memoryOf[`${named?.['kind']}`] ?? Number.NaN);
  if (Number.isNaN(gib)) return [];
  const times = count === 1 ? '' : `${count} × `;
  return [
    quantity(count * cpus * monthHours, 'vCPU-hours', `${times}${cpus} vCPU × ${monthHours} h`),
    quantity(count * gib * monthHours, 'GiB-hours of memory', `${times}${gib} GiB × ${monthHours} h`),
  ];
}

/** GiB a vCPU. Source: Compute Engine, 'Machine families resource guide'; series differ a little, e.g. highcpu of n1. */
const memoryOf: Readonly<Record<string, number>> = { standard: 4, highmem: 8, highcpu: 1 };

/** What of a core is billed for. Source: Compute Engine, 'General-purpose machine family' (E2 shared-core). */
const sharedCores: Readonly<Record<string, { readonly cpus: number; readonly gib: number }>> = {
  'e2-micro': { cpus: 0.25, gib: 1 },
  'e2-small': { cpus: 0.5, gib: 2 },
  'e2-medium': { cpus: 1, gib: 4 },
};

export function listMachineUnknown({ backups, snapshots, externalAddress }: VirtualMachinesHosting): readonly string[] {
  return [
    `Snapshots of ${snapshots.retainedDays} days of each data disk (hosting.virtualMachines.snapshots.retainedDays): GiB by what changes.`,
    `Backups in gs://${backups.bucket}: ${backups.retained} full ones every ${backups.fullEveryDays} days and what is between; GiB by what is stored.`,
    ...(externalAddress
      ? []
      : [
          "Cloud NAT of the network, by which machines without an address fetch packages: the network is not the spec's.",
        ]),
  ];
}
