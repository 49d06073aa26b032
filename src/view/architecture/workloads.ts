import { type GroupRole, listLogins } from '../../model/logins.ts';
import type { GoogleServiceAccount, Platform, Workload } from '../../model/platform.ts';
import { chooseWay, type ProxyWay } from '../../model/proxy-way.ts';
import {
  type DatabaseName,
  databases,
  describeGrants,
  type Part,
  type PlannedEdge,
  type PlannedNode,
  type Subject,
} from './part.ts';

/** How an Auth Proxy reaches the instance, in words. */
export const wayWords: Readonly<Record<ProxyWay, string>> = {
  privateIp: 'private address',
  psc: 'Private Service Connect',
  public: 'public address',
};

/** What runs in the cluster, and the Google identity that each of it has. */
export function planWorkloads(subject: Subject): Part {
  const parts = [
    ...subject.platform.workloads.map((workload) => planWorkload(subject, workload)),
    planPooler(subject),
    planInit(subject),
  ];
  return { nodes: parts.flatMap(({ nodes }) => nodes), edges: parts.flatMap(({ edges }) => edges) };
}

function planWorkload({ platform, at }: Subject, workload: Workload): Part {
  const { name, google, namespace, serviceAccount, buckets, grants, databaseUser } = workload;
  const lines = [at('access', 'workloads', name)];
  const facts = [
    { name: 'Google service account', value: google.email },
    { name: 'Kubernetes service account', value: `${namespace}/${serviceAccount}` },
    ...(databaseUser === null ? [] : [{ name: 'IAM database login', value: databaseUser }]),
    { name: 'Grants', value: describeGrants(grants) },
    ...buckets.map((bucket) => ({ name: 'roles/storage.objectUser on', value: `gs://${bucket}` })),
  ];
  const onCloudSql = platform.hosting.kind === 'cloudSql';
  const own: PlannedNode = {
    id: `workload ${name}`,
    kind: 'identity',
    column: 2,
    title: google.accountId,
    detail: onCloudSql ? 'Auth Proxy in its pods' : 'in its pods',
    facts,
    lines,
  };
  const pods: PlannedNode = {
    ...own,
    id: `pods ${name}`,
    kind: 'runner',
    column: 1,
    title: name,
    detail: `pods in ${namespace}`,
  };
  const edges = databases.flatMap((database) => reachAs(platform, own.id, name, database));
  if (platform.metaflow?.workload === name) return { nodes: [own], edges };
  const link = { from: pods.id, to: own.id, identity: `${namespace}/${serviceAccount}`, how: 'Workload Identity' };
  return { nodes: [pods, own], edges: [link, ...edges] };
}

/** From a workload to a database that it is granted; on machines only who may write has the login's password. */
function reachAs(platform: Platform, from: string, name: string, database: DatabaseName): readonly PlannedEdge[] {
  const { hosting } = platform;
  const workload = platform.workloads.find((one) => one.name === name);
  if (hosting.kind === 'cloudSql') {
    const login = listLogins(platform, database).find(({ owner }) => owner === `workload ${name}`);
    if (login === undefined || login.role === null) return [];
    return [{ from, to: `database ${database}`, identity: login.name, how: `${login.role}, IAM over TLS` }];
  }
  const writes = database === 'pgstac' ? workload?.grants.pgstac === 'ingest' : workload?.grants.ingest === 'write';
  if (!writes) return [];
  return [{ from, to: `database ${database}`, identity: hosting[database].login, how: 'password of a secret, TLS' }];
}

function planPooler({ platform, at }: Subject): Part {
  const pooler = platform.kubernetes?.pooler ?? null;
  if (pooler === null) return { nodes: [], edges: [] };
  const lines = [at('kubernetes', 'pooler')];
  const id = 'pooler';
  const nodes: readonly PlannedNode[] = [
    ...pooler.clients.map(
      (namespace): PlannedNode => ({
        id: `client ${namespace}`,
        kind: 'runner',
        column: 1,
        title: namespace,
        detail: 'labelled pods',
        facts: [{ name: 'May connect', value: 'pods of this namespace that have the label' }],
        lines,
      }),
    ),
    {
      id,
      kind: 'way',
      column: 2,
      title: `pgbouncer × ${pooler.replicas}`,
      detail: `${pooler.mode}, Auth Proxy beside`,
      facts: [
        ...accountFacts(pooler.google),
        { name: 'IAM database login', value: pooler.databaseUser },
        { name: 'Grants', value: describeGrants(pooler.grants) },
      ],
      lines,
    },
  ];
  const clients = pooler.clients.map((namespace) => ({
    ...{ from: `client ${namespace}`, to: id },
    ...{ identity: 'no login of its own', how: 'network policy, port 6432' },
  }));
  const edges = databases.flatMap((database): readonly PlannedEdge[] => {
    const role = roleOf(platform, database, 'the pooler');
    return role === null
      ? []
      : [{ from: id, to: `database ${database}`, identity: pooler.databaseUser, how: `${role}, IAM over TLS` }];
  });
  return { nodes, edges: [...clients, ...edges] };
}

/** Who makes roles, pgSTAC and tables: on Cloud SQL a Job that is the admin. On machines their own startup scripts do. */
function planInit({ platform, at }: Subject): Part {
  const { hosting, kubernetes, metaflow } = platform;
  if (hosting.kind !== 'cloudSql' || hosting.initAccount === null || kubernetes === null || metaflow === null)
    return { nodes: [], edges: [] };
  const lines = [at('hosting', 'cloudSql', 'bootstrap')];
  const facts = [
    ...accountFacts(hosting.initAccount),
    { name: 'Kubernetes service account', value: `${kubernetes.namespace}/${kubernetes.initServiceAccount}` },
    { name: 'Database login', value: hosting.adminUser },
    { name: 'Password', value: `Secret Manager: ${hosting.adminSecret}` },
  ];
  const job: PlannedNode = {
    id: 'init job',
    kind: 'runner',
    column: 1,
    title: 'database-init',
    detail: 'Job, once',
    facts,
    lines,
  };
  const own: PlannedNode = {
    ...job,
    id: 'init',
    kind: 'identity',
    column: 2,
    title: hosting.initAccount.accountId,
    detail: 'Auth Proxy in its pod',
  };
  return {
    nodes: [job, own],
    edges: [
      {
        from: job.id,
        to: own.id,
        identity: `${kubernetes.namespace}/${kubernetes.initServiceAccount}`,
        how: 'Workload Identity',
      },
      ...databases.map((database) => ({
        from: own.id,
        to: `database ${database}`,
        identity: hosting.adminUser,
        how: 'admin, password of a secret',
      })),
    ],
  };
}

function accountFacts({ email }: GoogleServiceAccount) {
  return [{ name: 'Google service account', value: email }];
}

export function roleOf(platform: Platform, database: DatabaseName, owner: string): GroupRole | null {
  return listLogins(platform, database).find((login) => login.owner === owner)?.role ?? null;
}

/** How pods get to the instance, in words. */
export function describePodsWay(platform: Platform): string {
  return `Auth Proxy, IAM login, TLS, ${wayWords[chooseWay(platform)]}`;
}
