import type { CloudSqlHosting, Platform, VirtualMachinesHosting } from '../../../src/model/platform.ts';

/** What one IAM member gives. */
export interface Grant {
  readonly role: string;
  /** The kind of thing that it is given on, as the provider's argument is named, and which. */
  readonly on: string;
  /** A service account by the part of its name before the `@`; others as IAM writes them. */
  readonly to: string;
  /** The condition it is bound by. */
  readonly when: string | null;
}

/** Grants by the address that each has in Terraform. */
export type Grants = Readonly<Record<string, Grant>>;

type Entry = readonly [address: string, grant: Grant];

const cloudSqlRoles = { cloudsql_client: 'roles/cloudsql.client', cloudsql_login: 'roles/cloudsql.instanceUser' };

/** The roles that a project gives without a condition, and why they need none. */
export const unconditional: Readonly<Record<string, string>> = {
  'roles/logging.logWriter': 'writes entries and reads none; a project is the smallest thing that it is given on',
  'roles/monitoring.metricWriter': 'writes time series; a project is the smallest thing that it is given on',
};

/** Whoever is given anything by an environment's Terraform: these and no others. */
export function expectGrants(platform: Platform, folder: 'terraform' | 'postgres_vms'): Grants {
  const { hosting } = platform;
  if (folder === 'postgres_vms')
    return hosting.kind === 'virtualMachines' ? Object.fromEntries(grantOnMachines(platform, hosting)) : {};
  return Object.fromEntries([
    ...grantWorkloads(platform),
    ...grantBastion(platform),
    ...(hosting.kind === 'cloudSql' ? grantCloudSql(platform, hosting) : grantSecrets(platform, hosting)),
  ]);
}

/** The buckets that each workload uses, and its Kubernetes account. */
function grantWorkloads({ workloads, kubernetes, gcp }: Platform): readonly Entry[] {
  return workloads.flatMap(({ name, google: { accountId }, buckets, namespace, serviceAccount }) => [
    ...buckets.map(
      (bucket): Entry => [
        `google_storage_bucket_iam_member.workload["${name}/${bucket}"]`,
        { role: 'roles/storage.objectUser', on: `bucket ${bucket}`, to: accountId, when: null },
      ],
    ),
    ...(kubernetes === null
      ? []
      : [grantPod(`workload_identity["${name}"]`, accountId, gcp.project, `${namespace}/${serviceAccount}`)]),
  ]);
}

function grantPod(name: string, accountId: string, project: string, pod: string): Entry {
  const to = `serviceAccount:${project}.svc.id.goog[${pod}]`;
  return [
    `google_service_account_iam_member.${name}`,
    { role: 'roles/iam.workloadIdentityUser', on: `service_account_id ${accountId}`, to, when: null },
  ];
}

/** Whoever logs in reaches this instance and its replicas; the init Job, which reads the admin password, reaches it too. */
function grantCloudSql(platform: Platform, { instance, replicas, initAccount, adminSecret }: CloudSqlHosting) {
  const { gcp, workloads, people, kubernetes } = platform;
  const pooler = kubernetes?.pooler ?? null;
  const names = [instance, ...replicas.map((replica) => replica.instance)];
  const named = names.map((name) => `resource.name == 'projects/${gcp.project}/instances/${name}'`);
  const when = `resource.type == 'sqladmin.googleapis.com/Instance' && (${named.join(' || ')})`;
  const grant = (name: keyof typeof cloudSqlRoles, key: string, to: string): Entry => [
    `google_project_iam_member.${name}["${key}"]`,
    { role: cloudSqlRoles[name], on: `project ${gcp.project}`, to, when },
  ];
  const logins = [
    ...workloads.map(({ name, google }) => [`workload/${name}`, google.accountId] as const),
    ...(pooler === null ? [] : [['pooler', pooler.google.accountId] as const]),
    ...people.map(({ key, member }) => [`person/${key}`, member] as const),
  ];
  const pods =
    pooler === null
      ? []
      : [
          grantPod(
            'pooler_workload_identity',
            pooler.google.accountId,
            gcp.project,
            `${pooler.namespace}/${pooler.serviceAccount}`,
          ),
        ];
  const all = logins
    .flatMap(([key, to]) => [grant('cloudsql_client', key, to), grant('cloudsql_login', key, to)])
    .concat(pods);
  if (initAccount === null) return all;
  const { accountId } = initAccount;
  const pod = kubernetes === null ? [] : [`${kubernetes.namespace}/${kubernetes.initServiceAccount}`];
  return [
    ...all,
    grant('cloudsql_client', 'init', accountId),
    grantSecret('init', adminSecret, accountId),
    ...pod.map((account) => grantPod('init_workload_identity', accountId, gcp.project, account)),
  ];
}

/** On virtual machines a workload that writes reads the password and the certificate of each server it writes to. */
function grantSecrets({ workloads }: Platform, { ingest, pgstac }: VirtualMachinesHosting): readonly Entry[] {
  return workloads.flatMap(({ name, google, grants }) =>
    [...(grants.ingest === 'write' ? [ingest] : []), ...(grants.pgstac === 'ingest' ? [pgstac] : [])]
      .flatMap(({ passwordSecret, caSecret }) => [passwordSecret, caSecret])
      .map((secret) => grantSecret(`workload["${name}/${secret}"]`, secret, google.accountId)),
  );
}

/** Reading a secret, if nothing else is said. */
function grantSecret(name: string, secret: string, to: string, role = 'secretAccessor'): Entry {
  return [
    `google_secret_manager_secret_iam_member.${name}`,
    { role: `roles/secretmanager.${role}`, on: `secret_id ${secret}`, to, when: null },
  ];
}

/** People come to the bastion through a tunnel, and log in to it and to no other machine. */
function grantBastion({ bastion, people, gcp }: Platform): readonly Entry[] {
  if (bastion === null) return [];
  const { machine } = bastion;
  const when = `resource.type != 'compute.googleapis.com/Instance' || resource.name.endsWith('/instances/${machine}')`;
  return people.flatMap(({ key, member: to }): readonly Entry[] => [
    [
      `google_iap_tunnel_instance_iam_member.bastion["${key}"]`,
      { role: 'roles/iap.tunnelResourceAccessor', on: `instance ${machine}`, to, when: null },
    ],
    [
      `google_project_iam_member.bastion_login["${key}"]`,
      { role: 'roles/compute.osLogin', on: `project ${gcp.project}`, to, when },
    ],
  ]);
}

function grantOnMachines(platform: Platform, hosting: VirtualMachinesHosting): readonly Entry[] {
  return (['ingest', 'pgstac'] as const).flatMap((database) => [
    ...grantMachine(platform, hosting, database),
    ...grantPeople(platform, hosting, database),
  ]);
}

/** A machine makes and reads its own password, publishes its certificate, keeps its backups, and says how it is. */
function grantMachine(
  { gcp }: Platform,
  hosting: VirtualMachinesHosting,
  database: 'ingest' | 'pgstac',
): readonly Entry[] {
  const { [database]: machine, backups, opsAgent } = hosting;
  const to = machine.serviceAccount.accountId;
  const { bucket } = backups;
  const own = `projects/_/buckets/${bucket}/objects/${machine.backupFolder}/`;
  const when = `resource.type == 'storage.googleapis.com/Bucket' || resource.name.startsWith('${own}')`;
  const telemetry = opsAgent ? ['logging.logWriter', 'monitoring.metricWriter'] : [];
  return [
    ...['secretAccessor', 'secretVersionAdder'].map((role) =>
      grantSecret(`password["${database}/${role}"]`, machine.passwordSecret, to, role),
    ),
    grantSecret(`ca["${database}"]`, machine.caSecret, to, 'secretVersionAdder'),
    [
      `google_storage_bucket_iam_member.backups["${database}"]`,
      { role: 'roles/storage.objectUser', on: `bucket ${bucket}`, to, when },
    ],
    ...telemetry.map(
      (role): Entry => [
        `google_project_iam_member.telemetry["${database}/${role}"]`,
        { role: `roles/${role}`, on: `project ${gcp.project}`, to, when: null },
      ],
    ),
  ];
}

/** Who has a grant in a database gets a tunnel to PostgreSQL and its certificate; who may write, the password too. */
function grantPeople(
  { people }: Platform,
  hosting: VirtualMachinesHosting,
  database: 'ingest' | 'pgstac',
): readonly Entry[] {
  const { machine, caSecret, passwordSecret } = hosting[database];
  return people.flatMap(({ key, member: to, grants }) => {
    const grant = grants[database];
    if (grant === null) return [];
    const at = `["${key}/${database}"]`;
    const tunnel: Entry = [
      `google_iap_tunnel_instance_iam_member.person${at}`,
      { role: 'roles/iap.tunnelResourceAccessor', on: `instance ${machine}`, to, when: 'destination.port == 5432' },
    ];
    const password = grant === 'read' ? [] : [grantSecret(`person_password${at}`, passwordSecret, to)];
    return [tunnel, grantSecret(`person_ca${at}`, caSecret, to), ...password];
  });
}
