import type { Artifact } from '../../artifact/artifact.ts';
import { chooseDisk } from '../../model/machine-type.ts';
import type { DatabaseMachine, Platform, VirtualMachinesHosting } from '../../model/platform.ts';
import { hclBoolean, hclComment, hclNumber, hclString, hclStrings } from '../../print/hcl.ts';
import { emitBase } from './base.ts';
import { emitHcl, type HclView, viewBackend, viewLabels, viewNetwork, viewProviders, viewServices } from './common.ts';
import { emitMachineMonitoring } from './machine-monitoring.ts';
import { emitStartup } from './startup.ts';

const folder = 'terraform/postgres_vms';

/**
 * `terraform/` with the workloads' identities, and `terraform/postgres_vms/` with the two machines. The second is whole
 * by itself; the first names the secrets that the second makes.
 */
export function emitMachines(platform: Platform, hosting: VirtualMachinesHosting): readonly Artifact[] {
  const metadataPasswords = hosting.passwords === 'metadata';
  return [
    ...emitBase(platform),
    emitHcl(folder, 'terraform/postgres_vms/versions.tf', {
      backend: viewBackend(platform, 'postgres_vms'),
      ...viewProviders({ postgresql: false }),
    }),
    emitHcl(folder, 'terraform/postgres_vms/variables.tf', {
      project: hclString(platform.gcp.project),
      metadataPasswords,
    }),
    emitHcl(folder, 'terraform/postgres_vms/main.tf', viewMain(platform, hosting)),
    emitHcl(folder, 'terraform/postgres_vms/machines.tf', viewMachines(hosting)),
    emitHcl(folder, 'terraform/postgres_vms/identity.tf', { metadataPasswords, opsAgent: hosting.opsAgent }),
    emitHcl(folder, 'terraform/postgres_vms/snapshots.tf', {
      startTime: hclString(hosting.snapshots.startTime),
      retainedDays: hclNumber(hosting.snapshots.retainedDays),
    }),
    emitHcl(folder, 'terraform/postgres_vms/backups.tf', viewBackups(platform, hosting)),
    emitHcl(folder, 'terraform/postgres_vms/network.tf', {
      clients: hosting.clients.length === 0 ? null : hclStrings(hosting.clients),
    }),
    emitHcl(folder, 'terraform/postgres_vms/people.tf', viewPeople(platform)),
    ...emitMachineMonitoring(hosting),
    emitHcl(folder, 'terraform/postgres_vms/outputs.tf', {}),
    ...emitStartup(platform, hosting, 'ingest'),
    ...emitStartup(platform, hosting, 'pgstac'),
  ];
}

function viewMain(platform: Platform, hosting: VirtualMachinesHosting): HclView {
  return {
    ...viewNetwork(platform),
    regionComment: hclComment(platform.gcp.region),
    name: hclString(platform.prefix),
    region: hclString(platform.gcp.region),
    zone: hclString(hosting.zone),
    network: hclString(platform.gcp.network),
    labels: viewLabels(platform),
    machines: [viewMachine('ingest', hosting.ingest), viewMachine('pgstac', hosting.pgstac)],
    opsAgent: hosting.opsAgent,
    key: hosting.encryptionKey === null ? null : hclString(hosting.encryptionKey),
    services: viewServices(listServices(hosting)),
  };
}

/** The APIs of what the folder makes, and of what the machines send. */
function listServices({ opsAgent, alerts }: VirtualMachinesHosting): readonly string[] {
  const watched = opsAgent || alerts.cpu !== null || alerts.emails.length > 0;
  return [
    ...['cloudresourcemanager', 'compute', 'iam', 'iap', 'oslogin', 'secretmanager', 'storage'],
    ...(opsAgent ? ['logging'] : []),
    ...(watched ? ['monitoring'] : []),
  ];
}

function viewMachine(key: 'ingest' | 'pgstac', machine: DatabaseMachine): HclView {
  return {
    key: hclString(key),
    machine: hclString(machine.machine),
    accountId: hclString(machine.serviceAccount.accountId),
    passwordSecret: hclString(machine.passwordSecret),
    caSecret: hclString(machine.caSecret),
    backupFolder: hclString(machine.backupFolder),
  };
}

function viewMachines(hosting: VirtualMachinesHosting): HclView {
  const { diskType, image } = chooseDisk(hosting.machineType);
  return {
    machineType: hclString(hosting.machineType),
    diskGb: hclNumber(hosting.diskGb),
    diskType: hclString(diskType),
    image: hclString(image),
    subnetwork: hosting.subnetwork === null ? null : hclString(hosting.subnetwork),
    externalAddress: hosting.externalAddress,
    deletionProtection: hclBoolean(hosting.deletionProtection),
    isProtected: hosting.deletionProtection,
    metadataPasswords: hosting.passwords === 'metadata',
    encrypted: hosting.encryptionKey !== null,
  };
}

function viewBackups({ gcp }: Platform, hosting: VirtualMachinesHosting): HclView {
  const { bucket, location } = hosting.backups;
  const elsewhere = location === null || location === gcp.region ? null : hclString(location);
  return {
    bucket: hclString(bucket),
    made:
      location === null
        ? null
        : {
            location: elsewhere,
            encrypted: hosting.encryptionKey !== null,
            isProtected: hosting.deletionProtection,
          },
  };
}

function viewPeople({ people }: Platform): HclView {
  return {
    people: people.map(({ key, member, grants }) => ({
      key: hclString(key),
      member: hclString(member),
      databases: hclStrings([
        ...(grants.ingest === null ? [] : ['ingest']),
        ...(grants.pgstac === null ? [] : ['pgstac']),
      ]),
      writes: hclStrings([
        ...(grants.ingest === 'write' ? ['ingest'] : []),
        ...(grants.pgstac === 'ingest' ? ['pgstac'] : []),
      ]),
    })),
  };
}
