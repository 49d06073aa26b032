import { adminDsn, poolerDsn, proxyPort } from '../model/dsn.ts';
import { type KeyAgent, listKeyUses } from '../model/encryption-keys.ts';
import { hasCronJob, isLocal } from '../model/pipeline-job.ts';
import type { CloudSqlHosting, Kubernetes, Pipeline, Platform, Pooler } from '../model/platform.ts';
import { choosePeoplesWay } from '../model/proxy-way.ts';
import type { Fragment } from '../print/fragment.ts';
import { markdownCode, markdownText } from '../print/markdown.ts';
import { findRunner } from './kubernetes/names.ts';
import { renderTemplate, type View } from './render.ts';
import { hasMetadataPasswords, listMachines, shellPiece, viewVariables } from './team/words.ts';

/** The user guide of one environment, with its own names. */
export function renderReadme(platform: Platform): string {
  const { gcp, kubernetes } = platform;
  const inCluster = kubernetes !== null && platform.metaflow !== null;
  return renderTemplate('project/readme.md', 'markdown', {
    name: markdownText(platform.name),
    environment: markdownText(platform.environment),
    env: shellPiece(platform.environment),
    project: shellPiece(gcp.project),
    vars: viewVariables(platform),
    parts: listParts(platform).map(([path, what]) => ({ path: markdownCode(path), what: markdownText(what) })),
    ...viewKeys(platform),
    isProtected: platform.hosting.deletionProtection,
    cloudSql: viewCloudSql(platform),
    machines: viewMachines(platform),
    metadataPasswords: hasMetadataPasswords(platform),
    pgstacWheel:
      platform.databases.pgstac.source === null ? shellPiece(`pypgstac==${platform.databases.pgstac.version}`) : null,
    kubernetes: kubernetes === null ? null : viewKubernetes(platform, kubernetes),
    flows: platform.pipelines.map(viewFlow),
    clusterFlows: inCluster ? platform.pipelines.filter((pipeline) => !isLocal(pipeline)).map(viewFlow) : [],
    localFlows: inCluster ? platform.pipelines.filter(isLocal).map(viewFlow) : [],
    proxyAccount: viewProxyAccount(platform),
  });
}

/** The keys of the spec, and which of Google's accounts are made first: a new project has none of them yet. */
function viewKeys(platform: Platform) {
  const uses = listKeyUses(platform);
  const has = (wanted: KeyAgent) => uses.some(({ agent }) => agent === wanted);
  return {
    keys: uses.map(({ key, agent }) => ({ key: shellPiece(key), agent: shellPiece(agent) })),
    sqlAgent: has('gcp-sa-cloud-sql.iam.gserviceaccount.com'),
    computeAgent: has('compute-system.iam.gserviceaccount.com'),
    storageAgent: has('gs-project-accounts.iam.gserviceaccount.com'),
  };
}

function viewFlow({ name, fileStem }: Pipeline): {
  readonly name: Fragment<'markdown'>;
  readonly file: Fragment<'markdown'>;
} {
  return { name: markdownCode(name), file: shellPiece(`metaflow_flows/${fileStem}_ingestion_flow.py`) };
}

/** What stands in the folder, in the order the guide comes to it. */
function listParts(platform: Platform): readonly (readonly [string, string])[] {
  const machines = platform.hosting.kind === 'virtualMachines';
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['terraform/', 'identities of the workloads', machines],
    ['terraform/postgres_vms/', 'both servers, each with its startup script', machines],
    ['terraform/', 'the Cloud SQL instance, its databases, identities and alerts', !machines],
    ['terraform/kubernetes/', 'what runs in the cluster', platform.kubernetes !== null],
    ['configs/metaflow_gcp.yaml', 'the variables of this environment', true],
    ['metaflow_flows/', 'a flow for each pipeline', platform.pipelines.length > 0],
    ['sql/', 'roles, tables and grants, as platform db init runs them', true],
    ['scripts/db/', 'the same for a server that is already there', true],
    ['team/', 'how each person reaches each database; what to do when one leaves; what is renewed', true],
    ['main.py, tests/', 'checks of this folder', true],
    ['platform.lock.json', 'what was written, from what', true],
  ];
  return rows.filter(([, , there]) => there).map(([path, what]) => [path, what]);
}

function viewCloudSql(platform: Platform): View<'markdown'> {
  const { hosting } = platform;
  if (hosting.kind !== 'cloudSql') return null;
  const way = choosePeoplesWay(platform);
  const runner = findRunner(platform);
  return {
    bastion: platform.bastion !== null,
    byTerraform: hosting.bootstrap === 'terraform',
    initJob: hosting.initAccount !== null && runner !== null,
    connectionName: shellPiece(hosting.connectionName),
    instance: shellPiece(hosting.instance),
    replicas: hosting.replicas.length > 0,
    recovery: viewRecovery(hosting),
    port: shellPiece(String(proxyPort(platform))),
    privateIp: way === 'privateIp',
    psc: way === 'psc',
    presumesPeering: hosting.reach.kind === 'privateServicesAccess' && !hosting.reach.manage,
    adminSecret: shellPiece(hosting.adminSecret),
    adminIngestDsn: shellPiece(adminDsn(platform, hosting, 'ingest')),
    adminPgstacDsn: shellPiece(adminDsn(platform, hosting, 'pgstac')),
  };
}

/** What may be gone back to moment by moment, and a name for the copy. */
function viewRecovery({ backups, instance }: CloudSqlHosting): View<'markdown'> {
  if (!backups.pointInTimeRecovery) return null;
  return { days: markdownText(String(backups.transactionLogDays)), copy: shellPiece(`${instance}-copy`) };
}

function viewMachines(platform: Platform): View<'markdown'> {
  const { hosting } = platform;
  if (hosting.kind !== 'virtualMachines') return [];
  return listMachines(platform).map((machine) => ({
    machine: shellPiece(machine.machine),
    zone: shellPiece(hosting.zone),
    variable: shellPiece(machine.database === 'ingest' ? 'INGEST_DB_DSN' : 'PGSTAC_DSN'),
    port: shellPiece(String(machine.port)),
    database: shellPiece(machine.database),
    login: shellPiece(machine.login),
    passwordSecret: shellPiece(machine.passwordSecret),
    query: shellPiece(queries[machine.database]),
    caFile: shellPiece(machine.caFile),
  }));
}

const queries = {
  ingest: 'SELECT pipeline, outcome, count(*) FROM ingestion_log GROUP BY pipeline, outcome',
  pgstac: 'SELECT collection, count(*) FROM pgstac.items GROUP BY collection',
} as const;

/** Whom the DSNs of `configs/metaflow_gcp.yaml` log in as through the Auth Proxy. */
function viewProxyAccount(platform: Platform): View<'markdown'> {
  const runner = findRunner(platform);
  const named = runner !== null && platform.hosting.kind === 'cloudSql' && platform.pipelines.length > 0;
  return named ? markdownCode(runner.workload.google.email) : null;
}

function viewKubernetes(platform: Platform, kubernetes: Kubernetes): View<'markdown'> {
  const runner = findRunner(platform);
  const cloudSql = platform.hosting.kind === 'cloudSql' ? platform.hosting : null;
  const namespace: Fragment<'markdown'> | null = runner === null ? null : shellPiece(runner.workload.namespace);
  return {
    image: runner === null ? null : viewImage(runner.image),
    version: markdownCode(`${kubernetes.version.major}.${kubernetes.version.minor}`),
    operator: kubernetes.injection === 'operator' && platform.workloads.length > 0,
    initNamespace: cloudSql?.initAccount != null && runner !== null ? shellPiece(kubernetes.namespace) : null,
    smokeNamespace: namespace,
    hasExample: cloudSql !== null,
    jobs: namespace === null ? null : viewCronJobs(platform, namespace),
    pooler: kubernetes.pooler === null ? null : viewPooler(platform, kubernetes.pooler),
  };
}

/** How what runs in the cluster reaches the databases through it. */
function viewPooler(platform: Platform, pooler: Pooler): View<'markdown'> {
  const { grants, clients, mode } = pooler;
  return {
    login: markdownCode(pooler.databaseUser),
    clients: clients.map((namespace, index) => ({ namespace: markdownCode(namespace), first: index === 0 })),
    databases: (['pgstac', 'ingest'] as const).map((database) => ({
      may: markdownText(grants[database] === 'read' ? 'reads' : 'reads and writes'),
      dsn: markdownCode(poolerDsn(platform, pooler, database)),
    })),
    transaction: mode === 'transaction',
  };
}

/** The CronJobs, and how one is started by hand; null where there are none. */
function viewCronJobs(platform: Platform, namespace: Fragment<'markdown'>): View<'markdown'> {
  const pipelines = platform.pipelines.filter((pipeline) => hasCronJob(platform, pipeline));
  const [first] = pipelines;
  if (first === undefined) return null;
  return {
    namespace,
    rows: pipelines.map(({ name, schedule, shards }) => ({
      name: markdownCode(`ingest-${name}`),
      schedule: schedule === null ? null : markdownCode(schedule),
      pods: markdownText(String(shards ?? 1)),
    })),
    first: shellPiece(`ingest-${first.name}`),
  };
}

/** The runner's image and, where its name is one of Artifact Registry's, the repository that has to be there. */
function viewImage(image: string) {
  const registry = /^(?<location>[a-z0-9-]+)-docker\.pkg\.dev\/(?<project>[^/]+)\/(?<repository>[^/]+)\//.exec(image);
  const { location = '', project = '', repository = '' } = registry?.groups ?? {};
  return {
    name: markdownCode(image),
    // What is built gets its digest afterwards.
    tag: shellPiece(image.replace(/@.*$/, '')),
    registry:
      registry === null
        ? null
        : {
            host: shellPiece(`${location}-docker.pkg.dev`),
            location: shellPiece(location),
            project: shellPiece(project),
            repository: shellPiece(repository),
          },
  };
}
