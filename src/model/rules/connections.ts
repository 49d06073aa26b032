import { readThreshold } from '../alerts.ts';
import { defaultMaxConnections, defaultTier, readTier } from '../tier.ts';
import type { Finding, RuleInput } from './rule.ts';

type CloudSqlSpec = NonNullable<RuleInput['value']['hosting']['cloudSql']>;

/** What asks for connections against those that the instance has, and the alert on them. */
export function checkConnections({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  if (sql === undefined) return [];
  const most = readMaxConnections(sql);
  return most === null ? [] : checkPooler(value, sql, most);
}

/** The flag's value or the tier's default; null where that one is itself a mistake. */
export function readMaxConnections(sql: CloudSqlSpec): number | null {
  const flag = sql.flags?.['max_connections'];
  if (flag !== undefined) return /^\d+$/.test(flag) ? Number(flag) : null;
  const tier = readTier(sql.tier ?? defaultTier, sql.edition ?? 'enterprise');
  return typeof tier === 'string' ? null : defaultMaxConnections(tier);
}

/** Connections only a superuser gets. Source: PostgreSQL 15, 'Connections and Authentication'. */
export const reservedConnections = 3;

/**
 * Each pod of the pooler opens up to `poolSize` server connections (pgbouncer's max_user_connections, over both
 * databases). Source: pgbouncer's documentation, 'Configuration'; for what there are, see `defaultMaxConnections`.
 */
function checkPooler(value: RuleInput['value'], sql: CloudSqlSpec, most: number): readonly Finding[] {
  const pooler = value.kubernetes?.pooler;
  if (pooler === undefined) return [];
  const { poolSize = 20, replicas = 2 } = pooler;
  const asked = poolSize * replicas;
  const at = ['kubernetes', 'pooler', ...(pooler.poolSize === undefined ? [] : ['poolSize'])];
  const related = connectionsSource(sql, most);
  const pods = `${replicas} pooler pods with ${poolSize} connections each ask for ${asked}`;
  if (asked > most - reservedConnections) {
    const fits = Math.floor((most - reservedConnections) / replicas);
    const shrink = fits > 0 ? `write poolSize: ${fits} or less, ` : 'run fewer replicas, ';
    const message = `${pods}, and the instance has ${most}, ${reservedConnections} of them reserved`;
    return [{ code: 'PF214', at, message, hint: `${shrink}or choose a larger tier`, related }];
  }
  const share = readThreshold('connections', sql.alerts?.connections);
  if (share === null || asked <= share * most) return [];
  const message = `${pods}: full pools alone are above the alert at ${share} of ${most}`;
  const hint = `write poolSize: ${Math.floor((share * most) / replicas)} or less, or raise alerts.connections`;
  return [{ code: 'PF224', severity: 'warning', at, message, hint, related }];
}

/** Where the number of connections was decided. */
export function connectionsSource(sql: CloudSqlSpec, most: number): NonNullable<Finding['related']> {
  const at = ['hosting', 'cloudSql'];
  if (sql.flags?.['max_connections'] !== undefined)
    return { at: [...at, 'flags', 'max_connections'], message: 'the flag is set here' };
  const tier = sql.tier ?? defaultTier;
  const written = sql.tier === undefined ? at : [...at, 'tier'];
  return { at: written, message: `${tier} has ${most} connections where no flag sets max_connections` };
}
