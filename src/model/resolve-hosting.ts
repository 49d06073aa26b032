import type { PlatformSpec } from '../spec/schema.ts';
import { keepAgentless, readThreshold, resolveAlerts } from './alerts.ts';
import { deriveServiceAccount } from './names.ts';
import type { CloudSqlHosting, DatabaseMachine, Hosting, Setting, VirtualMachinesHosting } from './platform.ts';
import { resolveDurability } from './resolve-durability.ts';
import { type CloudSqlSpec, resolveInstance, resolveReplicas } from './resolve-instance.ts';
import { resolveProtection } from './resolve-reach.ts';
import { defaultMaxConnections, defaultTier, type Edition, readTier } from './tier.ts';
import { toSettings } from './values.ts';

type VirtualMachinesSpec = NonNullable<PlatformSpec['hosting']['virtualMachines']>;

export function resolveHosting(spec: PlatformSpec, prefix: string): Hosting {
  const { cloudSql, virtualMachines } = spec.hosting;
  if (cloudSql !== undefined) return resolveCloudSql(spec, cloudSql, prefix);
  if (virtualMachines !== undefined) return resolveVirtualMachines(spec, virtualMachines, prefix);
  throw new Error('the schema lets a spec have exactly one kind of hosting');
}

function resolveCloudSql(spec: PlatformSpec, sql: CloudSqlSpec, prefix: string): CloudSqlHosting {
  const edition = sql.edition ?? 'enterprise';
  const tier = sql.tier ?? defaultTier;
  const instance = `${prefix}-postgres`;
  const bootstrap = sql.bootstrap ?? 'job';
  const flags = resolveFlags(spec, sql);
  return {
    kind: 'cloudSql',
    instance,
    connectionName: `${spec.gcp.project}:${spec.gcp.region}:${instance}`,
    bootstrap,
    adminUser: 'platform_admin',
    adminSecret: `${prefix}-admin-password`,
    initAccount:
      bootstrap === 'job' && spec.kubernetes !== undefined
        ? deriveServiceAccount(spec.gcp.project, prefix, 'init')
        : null,
    version: sql.version ?? 'POSTGRES_15',
    edition,
    tier,
    ...resolveInstance(sql, edition),
    flags,
    deletionProtection: sql.deletionProtection ?? true,
    ...resolveProtection(spec, sql, prefix),
    replicas: resolveReplicas(sql.replicas ?? [], { instance, region: spec.gcp.region, tier }),
    alerts: {
      ...resolveAlerts(sql.alerts),
      maxConnections: findMaxConnections(flags, tier, edition),
      // Without replicas nothing can lag.
      replicationLag:
        (sql.replicas ?? []).length === 0 ? null : readThreshold('replicationLag', sql.alerts?.replicationLag),
      transactionIds: readThreshold('transactionIds', sql.alerts?.transactionIds),
    },
    dashboard: sql.dashboard ?? true,
  };
}

/**
 * What the log of a database should say by default: who came and went, what was altered, what waited, and nothing for
 * each statement of a load. All are taken up without a restart. (`log_statement` also shows a password that someone sets
 * by SQL; the platform sets none so.) Source: CIS Google Cloud Platform Foundation Benchmark, 6.2.
 */
const logFlags = {
  log_checkpoints: 'on',
  log_connections: 'on',
  log_disconnections: 'on',
  log_lock_waits: 'on',
  log_min_error_statement: 'error',
  log_statement: 'ddl',
};

/**
 * The user's flags over the platform's habits, and those that the platform needs: the rules hold that the user's never
 * disagree with these.
 */
function resolveFlags(spec: PlatformSpec, sql: CloudSqlSpec): readonly Setting[] {
  const cron = spec.databases?.pgstac?.extensions?.includes('pg_cron') === true;
  return toSettings({
    ...logFlags,
    ...sql.flags,
    'cloudsql.iam_authentication': 'on',
    ...(cron ? { 'cloudsql.enable_pg_cron': 'on', 'cron.database_name': 'pgstac' } : {}),
  });
}

function findMaxConnections(flags: readonly Setting[], tier: string, edition: Edition): number {
  const flag = flags.find(({ name }) => name === 'max_connections');
  if (flag !== undefined) return Number(flag.value);
  const size = readTier(tier, edition);
  // The rules refuse a tier that is none; what is derived without them still has a number.
  return defaultMaxConnections(typeof size === 'string' ? { cpus: 0, memoryMb: 0 } : size);
}

function resolveVirtualMachines(
  spec: PlatformSpec,
  machines: VirtualMachinesSpec,
  prefix: string,
): VirtualMachinesHosting {
  const { project } = spec.gcp;
  const machine = (role: 'ingest' | 'pgstac'): DatabaseMachine => ({
    machine: `${role}-postgres`,
    host: `${role}-postgres.${machines.zone}.c.${project}.internal`,
    serviceAccount: deriveServiceAccount(project, prefix, `${role}-postgres`),
    login: `${role}_user`,
    passwordSecret: `${prefix}-${role}-password`,
    caSecret: `${prefix}-${role}-ca`,
    backupFolder: `${prefix}/${role}`,
  });
  const opsAgent = machines.opsAgent ?? true;
  const alerts = resolveAlerts(machines.alerts);
  return {
    kind: 'virtualMachines',
    zone: machines.zone,
    machineType: machines.machineType ?? 'e2-standard-4',
    diskGb: machines.diskGb ?? 200,
    clients: [...machines.clients].sort(),
    subnetwork: machines.subnetwork ?? null,
    externalAddress: machines.externalAddress ?? false,
    passwords: machines.passwords ?? 'secretManager',
    ...resolveDurability(spec, machines, prefix),
    deletionProtection: machines.deletionProtection ?? true,
    opsAgent,
    alerts: opsAgent ? alerts : keepAgentless(alerts),
    dashboard: opsAgent && (machines.dashboard ?? true),
    ingest: machine('ingest'),
    pgstac: machine('pgstac'),
  };
}
