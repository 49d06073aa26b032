import type {
  Alerts,
  Bastion,
  CloudSqlHosting,
  Pipeline,
  Platform,
  Pooler,
  StacApiSource,
  VirtualMachinesHosting,
} from '../model/platform.ts';

/**
 * The model of a lock that an older compiler wrote. What that compiler did not know of is put in as its artifacts had
 * it, so that a diff after an upgrade shows what another apply would change, and not what is only said more of now.
 * What was not there at all stays absent: it appears.
 */
export function completeModel(older: Platform): Platform {
  const { hosting, bastion, kubernetes } = older;
  return {
    ...fill(older, { acknowledgements: [] }),
    workloads: older.workloads.map((workload) => fill(workload, { formerNames: [] })),
    kubernetes:
      kubernetes === null
        ? null
        : { ...fill(kubernetes, { quota: null }), pooler: completePooler(older, kubernetes.pooler) },
    databases: { ...older.databases, ingest: fill(older.databases.ingest, { retentionDays: null }) },
    pipelines: older.pipelines.map((pipeline) => ({
      ...fill(pipeline, olderPipeline),
      source: pipeline.source.kind === 'stacApi' ? fill(pipeline.source, olderStacApi) : pipeline.source,
      download: pipeline.download === null ? null : fill(pipeline.download, { atOnce: 4 }),
    })),
    bastion: bastion === null ? null : fill(bastion, olderBastion),
    hosting: hosting.kind === 'cloudSql' ? completeCloudSql(hosting) : completeMachines(hosting, older.prefix),
  };
}

/** It was Metaflow's workload, in its namespace; without one, and on virtual machines, it was in the model and nowhere else. */
function completePooler({ workloads, metaflow }: Platform, pooler: Pooler | null): Pooler | null {
  const runner = workloads.find(({ name }) => name === metaflow?.workload);
  if (pooler === null || 'google' in pooler) return pooler;
  if (runner === undefined || runner.databaseUser === null) return null;
  const { namespace, serviceAccount, google, databaseUser, grants } = runner;
  const identity = { namespace, serviceAccount, google, databaseUser, grants, clients: [namespace] };
  return fill<Pooler>(pooler, identity);
}

function fill<T extends object>(older: T, absent: Partial<T>): T {
  return { ...absent, ...older };
}

const olderPipeline: Partial<Pipeline> = {
  collections: [],
  shards: null,
  connections: 2,
  schemas: null,
  method: 'upsert',
  reconcile: { mostDeleted: 0.05 },
};

/** Its pages had so many items, one after the other. */
const olderStacApi: Partial<StacApiSource> = {
  intersects: null,
  ids: null,
  filter: null,
  sortby: null,
  pageSize: 100,
  requests: { atOnce: 2, perSecond: null },
};

/** No rule stood in the way of what went out of it. */
const olderBastion: Partial<Bastion> = { encryptionKey: null, ranges: ['0.0.0.0/0'] };

function completeCloudSql(older: CloudSqlHosting): CloudSqlHosting {
  const { replicas, deletionProtection } = older;
  const derived: Partial<CloudSqlHosting> = {
    connectorEnforcement: replicas.length === 0,
    // Of the other edition it was not written either, and is whatever Cloud SQL made it.
    ...(older.edition === 'enterprise' ? { dataCache: false } : {}),
  };
  return {
    ...fill(older, { ...olderInstance, ...derived }),
    backups: fill(older.backups, { location: null, retainOnDelete: deletionProtection }),
    maintenance: fill(older.maintenance, { deny: null }),
    insights: fill(older.insights, olderInsights),
    replicas: replicas.map((replica) => fill(replica, olderReplica)),
    alerts: fill(older.alerts, { ...noOtherAlerts, transactionIds: null, replicationLag: null }),
  };
}

const olderInstance: Partial<CloudSqlHosting> = {
  zone: null,
  secondaryZone: null,
  activation: 'always',
  passwordPolicy: null,
  connectionPool: null,
  reach: { kind: 'privateServicesAccess', allocatedRange: null, manage: false },
  sslMode: 'encrypted',
  encryptionKey: null,
  dashboard: false,
};

/** The length is the provider's default, the rest stood in the template. */
const olderInsights: Partial<CloudSqlHosting['insights']> = {
  enabled: true,
  recordClientAddress: false,
  queryStringLength: 1024,
};

const olderReplica: Partial<CloudSqlHosting['replicas'][number]> = {
  formerNames: [],
  availability: 'zonal',
  zone: null,
  flags: [],
  encryptionKey: null,
};

const noOtherAlerts: Pick<Alerts, 'down' | 'backups' | 'emails'> = { down: false, backups: false, emails: [] };

function completeMachines(older: VirtualMachinesHosting, prefix: string): VirtualMachinesHosting {
  return {
    ...fill(older, olderMachines),
    ingest: fill(older.ingest, { backupFolder: `${prefix}/ingest` }),
    pgstac: fill(older.pgstac, { backupFolder: `${prefix}/pgstac` }),
  };
}

const olderMachines: Partial<VirtualMachinesHosting> = {
  passwords: 'secretManager',
  encryptionKey: null,
  deletionProtection: true,
  opsAgent: false,
  alerts: { cpu: null, memory: null, disk: null, connections: null, notify: [], ...noOtherAlerts },
  dashboard: false,
};
