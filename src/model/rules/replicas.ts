import { defaultTier, readTier } from '../tier.ts';
import type { Finding, RuleInput } from './rule.ts';

const at = ['hosting', 'cloudSql', 'replicas'];

/** How many replicas one primary feeds. Source: Cloud SQL for PostgreSQL, 'About replication in Cloud SQL'. */
const mostReplicas = 10;

/**
 * Replicas that their primary cannot feed. Sources: Cloud SQL for PostgreSQL, 'About instance settings' (automated
 * backups and point-in-time recovery are required for the creation of replicas; the platform's backups are always on),
 * 'About replication in Cloud SQL'; terraform-google-sql-db #210 (the API's "master instance can not be larger than
 * replica"; a warning, since the documentation of today does not repeat it).
 */
export function checkReplicas({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  const replicas = sql?.replicas ?? [];
  if (sql === undefined || replicas.length === 0) return [];
  const findings: Finding[] = [];
  if (sql.backups?.pointInTimeRecovery === false) {
    findings.push({
      code: 'PF218',
      at,
      onKey: true,
      message: 'a replica follows the transaction logs, which are not kept without point-in-time recovery',
      hint: 'set backups.pointInTimeRecovery: true, or remove the replicas',
      related: { at: ['hosting', 'cloudSql', 'backups', 'pointInTimeRecovery'], message: 'it is turned off here' },
    });
  }
  if (replicas.length > mostReplicas) {
    const message = `${replicas.length} replicas, and one instance has at most ${mostReplicas}`;
    findings.push({ code: 'PF218', at: [...at, mostReplicas], message, hint: `keep ${mostReplicas} of them` });
  }
  return [...findings, ...checkNames(replicas), ...checkSizes(sql), ...checkReplicaFlags(sql)];
}

type CloudSqlSpec = NonNullable<RuleInput['value']['hosting']['cloudSql']>;

function checkNames(replicas: NonNullable<CloudSqlSpec['replicas']>): readonly Finding[] {
  const seen = new Set<string>();
  return replicas.flatMap(({ name }, index): readonly Finding[] => {
    const twice = seen.has(name);
    seen.add(name);
    const message = `two replicas are named ${name}`;
    return twice ? [{ code: 'PF206', at: [...at, index, 'name'], message, hint: 'name them apart' }] : [];
  });
}

function checkSizes(sql: CloudSqlSpec): readonly Finding[] {
  const edition = sql.edition ?? 'enterprise';
  const tier = sql.tier ?? defaultTier;
  const primary = readTier(tier, edition);
  if (typeof primary === 'string') return [];
  return (sql.replicas ?? []).flatMap((replica, index): readonly Finding[] => {
    const size = readTier(replica.tier ?? tier, edition);
    if (typeof size === 'string' || (size.cpus >= primary.cpus && size.memoryMb >= primary.memoryMb)) return [];
    const message = `${replica.tier} is smaller than the primary, ${tier}: the replica falls behind, or is refused`;
    const hint = `remove tier, so that it has the primary's, or write a larger one than ${tier}`;
    return [{ code: 'PF218', severity: 'warning', at: [...at, index, 'tier'], message, hint }];
  });
}

/** PostgreSQL 15, 'Hot Standby', Administrator's Overview: a standby with less than its primary stops or does not start. */
const atLeastThePrimarys = [
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_wal_senders',
  'max_worker_processes',
];

function checkReplicaFlags(sql: CloudSqlSpec): readonly Finding[] {
  return (sql.replicas ?? []).flatMap(({ flags = {} }, index) =>
    atLeastThePrimarys.flatMap((name): readonly Finding[] => {
      const primary = sql.flags?.[name];
      if (!(Number(flags[name]) < Number(primary))) return [];
      const message = `${name} is ${flags[name]}, and its primary's is ${primary}: the replica does not start`;
      const hint = `write ${primary} or more, or remove it, so that it has the primary's`;
      const related = { at: ['hosting', 'cloudSql', 'flags', name], message: "the primary's is set here" };
      return [{ code: 'PF218', at: [...at, index, 'flags', name], message, hint, related }];
    }),
  );
}
