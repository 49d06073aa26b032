import type { PlatformSpec } from '../spec/schema.ts';
import { bucketOf, fitName } from './names.ts';
import type { MachineBackups, VirtualMachinesHosting } from './platform.ts';

type VirtualMachinesSpec = NonNullable<PlatformSpec['hosting']['virtualMachines']>;

/** What is kept of the machines' databases beside them. */
export function resolveDurability(
  spec: PlatformSpec,
  machines: VirtualMachinesSpec,
  prefix: string,
): Pick<VirtualMachinesHosting, 'encryptionKey' | 'snapshots' | 'backups'> {
  return {
    encryptionKey: machines.encryptionKey ?? null,
    snapshots: { startTime: '04:00', retainedDays: 14, ...machines.snapshots },
    backups: resolveBackups(spec, machines, prefix),
  };
}

function resolveBackups({ gcp }: PlatformSpec, machines: VirtualMachinesSpec, prefix: string): MachineBackups {
  const { bucket, location, ...rest } = machines.backups ?? {};
  const named = bucketOf(bucket ?? '');
  return {
    startTime: '02:00',
    fullEveryDays: 7,
    retained: 4,
    ...rest,
    // Buckets have one namespace in all of Google Cloud, and names of 3 to 63 characters.
    bucket: named ?? fitName(`${gcp.project}-${prefix}-postgres-backups`, 63),
    location: named === null ? (location ?? gcp.region) : null,
  };
}
