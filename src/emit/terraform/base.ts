import type { Artifact } from '../../artifact/artifact.ts';
import { databasePort, proxyPort } from '../../model/dsn.ts';
import { chooseDisk } from '../../model/machine-type.ts';
import type { Bastion, CloudSqlHosting, Hosting, Platform } from '../../model/platform.ts';
import { choosePeoplesWay } from '../../model/proxy-way.ts';
import { hclNumber, hclString, hclStrings } from '../../print/hcl.ts';
import { emitHcl, type HclView, viewBackend, viewLabels, viewProviders, viewServices } from './common.ts';
import { emitMoved } from './moved.ts';
import { viewGrants } from './postgresql.ts';
import { listSecrets } from './workload-secrets.ts';

const folder = 'terraform';

/** The files of `terraform/` that either hosting has: who the workloads are and what they may use. */
export function emitBase(platform: Platform): readonly Artifact[] {
  const identity = viewIdentity(platform);
  return [
    emitHcl(folder, 'terraform/versions.tf', viewSettings(platform)),
    emitHcl(folder, 'terraform/variables.tf', viewVariables(platform)),
    emitHcl(folder, 'terraform/main.tf', viewMain(platform)),
    emitHcl(folder, 'terraform/identity.tf', identity),
    emitHcl(folder, 'terraform/outputs.tf', viewOutputs(platform)),
    ...emitMoved(platform),
    ...(platform.bastion === null
      ? []
      : [emitHcl(folder, 'terraform/bastion.tf', viewBastion(platform, platform.bastion))]),
  ];
}

function viewSettings(platform: Platform): HclView {
  return { backend: viewBackend(platform), ...viewProviders({ postgresql: usesPostgresqlProvider(platform.hosting) }) };
}

function usesPostgresqlProvider(hosting: Hosting): boolean {
  return hosting.kind === 'cloudSql' && hosting.bootstrap === 'terraform';
}

function viewVariables({ gcp, hosting }: Platform): HclView {
  return {
    project: hclString(gcp.project),
    region: hclString(gcp.region),
    network: hclString(gcp.network),
    cloudSql: hosting.kind === 'cloudSql',
    password: hosting.kind === 'cloudSql' ? viewPassword(hosting) : null,
  };
}

/** What the admin password must be before Cloud SQL is asked. */
function viewPassword({ passwordPolicy, adminUser }: CloudSqlHosting): HclView {
  const least = passwordPolicy?.minLength ?? 12;
  return {
    least: hclNumber(least),
    tooShort: hclString(
      `The admin password has at least ${least} characters: openssl rand -base64 ${least * 2} makes one.`,
    ),
    complexity: passwordPolicy?.complexity ?? false,
    username: passwordPolicy?.disallowUsername === true ? hclString(adminUser) : null,
  };
}

function viewMain(platform: Platform): HclView {
  const cloudSql = platform.hosting.kind === 'cloudSql';
  const byTerraform = usesPostgresqlProvider(platform.hosting);
  return {
    name: hclString(platform.prefix),
    labels: viewLabels(platform),
    cloudSql,
    needsNetworkProject: platform.bastion !== null || managesPeering(platform.hosting),
    needsPeople: cloudSql || platform.bastion !== null,
    people: platform.people.map((person) => ({
      key: hclString(person.key),
      member: hclString(person.member),
      email: hclString(person.email),
      type: hclString(person.kind === 'group' ? 'CLOUD_IAM_GROUP' : 'CLOUD_IAM_USER'),
      grants: byTerraform ? viewGrants(person.grants) : null,
    })),
    workloads: platform.workloads.map((workload) => ({
      key: hclString(workload.name),
      accountId: hclString(workload.google.accountId),
      kubernetesAccount: hclString(`${workload.namespace}/${workload.serviceAccount}`),
      buckets: hclStrings(workload.buckets),
      secrets: hclStrings(listSecrets(workload, platform.hosting)),
      grants: byTerraform ? viewGrants(workload.grants) : null,
    })),
    services: viewServices(listServices(platform)),
  };
}

function managesPeering(hosting: Hosting): boolean {
  return hosting.kind === 'cloudSql' && hosting.reach.kind === 'privateServicesAccess' && hosting.reach.manage;
}

/** The APIs of what the folder makes. */
function listServices({ hosting, bastion }: Platform): readonly string[] {
  const endpoint = hosting.kind === 'cloudSql' && hosting.reach.kind === 'privateServiceConnect';
  const services = [
    // google_project_service itself asks it for the project.
    'cloudresourcemanager',
    'iam',
    // Whoever runs as a service account without a key has its tokens from here.
    'iamcredentials',
    'secretmanager',
    'storage',
    ...(hosting.kind === 'cloudSql' ? ['logging', 'monitoring', 'sqladmin'] : []),
    // Without servicenetworking Cloud SQL takes no private network: SERVICE_NETWORKING_NOT_ENABLED.
    ...(hosting.kind === 'cloudSql' && !endpoint ? ['servicenetworking'] : []),
    // 'Access published services through endpoints', Before you begin: an endpoint is registered in Service Directory.
    ...(endpoint ? ['compute', 'dns', 'servicedirectory'] : []),
    ...(managesPeering(hosting) ? ['compute'] : []),
    ...(bastion === null ? [] : ['compute', 'iap', 'oslogin']),
  ];
  return [...new Set(services)];
}

function viewIdentity({ hosting, kubernetes }: Platform): HclView {
  const cloudSql = hosting.kind === 'cloudSql' ? hosting : null;
  const account = cloudSql?.initAccount ?? null;
  const pooler = kubernetes?.pooler ?? null;
  return {
    cloudSql: cloudSql !== null,
    replicas: cloudSql !== null && cloudSql.replicas.length > 0,
    kubernetes: kubernetes !== null,
    init:
      account === null || kubernetes === null
        ? null
        : {
            accountId: hclString(account.accountId),
            kubernetesAccount: hclString(`${kubernetes.namespace}/${kubernetes.initServiceAccount}`),
          },
    pooler:
      pooler === null
        ? null
        : {
            accountId: hclString(pooler.google.accountId),
            kubernetesAccount: hclString(`${pooler.namespace}/${pooler.serviceAccount}`),
          },
  };
}

function viewOutputs(platform: Platform): HclView {
  const { metaflow, workloads } = platform;
  const way = choosePeoplesWay(platform);
  const main = metaflow?.workload ?? (workloads.length === 1 ? workloads[0]?.name : undefined);
  return {
    cloudSql: platform.hosting.kind === 'cloudSql',
    pooler: (platform.kubernetes?.pooler ?? null) !== null,
    mainWorkload: main === undefined ? null : { key: hclString(main), metaflow: metaflow !== null },
    bastion: platform.bastion !== null,
    privateIp: way === 'privateIp',
    psc: way === 'psc',
    private: way !== 'public',
    port: hclNumber(proxyPort(platform)),
  };
}

function viewBastion(platform: Platform, bastion: Bastion): HclView {
  const { diskType, image } = chooseDisk(bastion.machineType);
  return {
    cloudSql: platform.hosting.kind === 'cloudSql',
    machine: hclString(bastion.machine),
    machineType: hclString(bastion.machineType),
    zone: hclString(bastion.zone),
    subnetwork: bastion.subnetwork === null ? null : hclString(bastion.subnetwork),
    encryptionKey: bastion.encryptionKey === null ? null : hclString(bastion.encryptionKey),
    ranges: hclStrings(bastion.ranges),
    port: hclString(String(databasePort(platform))),
    image: hclString(image),
    diskType: hclString(diskType),
  };
}
