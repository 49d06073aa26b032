import { defaultMaxConnections, defaultTier, readTier } from '../tier.ts';
import type { Finding, RuleInput } from './rule.ts';

type CloudSqlSpec = NonNullable<RuleInput['value']['hosting']['cloudSql']>;

/** What asks for connections, and the alert on them, against those that the instance has. */
export function checkConnections({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  if (sql === undefined) return [];
  const most = readMaxConnections(sql);
  return [...checkAlerts(sql, most), ...(most === null ? [] : checkPooler(value, sql, most))];
}

/** The flag's value or the tier's default; null where that one is itself a mistake. */
function readMaxConnections(sql: CloudSqlSpec): number | null {
  const flag = sql.flags?.['max_connections'];
  if (flag !== undefined) return /^\d+$/.test(flag) ? Number(flag) : null;
  const tier = readTier(sql.tier ?? defaultTier, sql.edition ?? 'enterprise');
  return typeof tier === 'string' ? null : defaultMaxConnections(tier);
}

/** Connections only a superuser gets. Source: PostgreSQL 15, 'Connections and Authentication'. */
const reserved = 3;

/**
 * Each pod of the pooler opens up to `poolSize` server connections (pgbouncer's max_user_connections, over both
 * databases). Source: pgbouncer's documentation, 'Configuration'; for what there are, see `defaultMaxConnections`.
 */
function checkPooler(value: RuleInput['value'], sql: CloudSqlSpec, most: number): readonly Finding[] {
  const pooler = value.kubernetes?.pooler;
  if (pooler === undefined || value.metaflow === undefined) return [];
  const { poolSize = 20, replicas = 2 } = pooler;
  const asked = poolSize * replicas;
  const at = ['kubernetes', 'pooler', ...(pooler.poolSize === undefined ? [] : ['poolSize'])];
  const related = connectionsSource(sql, most);
  const pods = `${replicas} pooler pods with ${poolSize} connections each ask for ${asked}`;
  if (asked > most - reserved) {
    const fits = Math.floor((most - reserved) / replicas);
    const shrink = fits > 0 ? `write poolSize: ${fits} or less, ` : 'run fewer replicas, ';
    const message = `${pods}, and the instance has ${most}, ${reserved} of them reserved`;
    return [{ code: 'PF214', at, message, hint: `${shrink}or choose a larger tier`, related }];
  }
  const share = sql.alerts?.connections ?? 0.8;
  if (asked <= share * most) return [];
  const message = `${pods}: full pools alone are above the alert at ${share} of ${most}`;
  const hint = `write poolSize: ${Math.floor((share * most) / replicas)} or less, or raise alerts.connections`;
  return [{ code: 'PF224', severity: 'warning', at, message, hint, related }];
}

/** Where the number of connections was decided. */
function connectionsSource(sql: CloudSqlSpec, most: number): NonNullable<Finding['related']> {
  const at = ['hosting', 'cloudSql'];
  if (sql.flags?.['max_connections'] !== undefined)
    return { at: [...at, 'flags', 'max_connections'], message: 'the flag is set here' };
  const tier = sql.tier ?? defaultTier;
  const written = sql.tier === undefined ? at : [...at, 'tier'];
  return { at: written, message: `${tier} has ${most} connections where no flag sets max_connections` };
}

/**
 * Thresholds that are compared with 'greater than', to shares that end at 1: at 1 they never fire. The API's own and
 * Google's agents' connections are always there, so a threshold below one connection always does. A CPU share may pass
 * 1, and is left alone. Source: Google Cloud Monitoring, 'Google Cloud metrics' (cloudsql).
 */
function checkAlerts(sql: CloudSqlSpec, most: number | null): readonly Finding[] {
  const alert = (key: string, message: string, hint: string): Finding => ({
    code: 'PF224',
    severity: 'warning',
    at: ['hosting', 'cloudSql', 'alerts', key],
    message,
    hint,
  });
  const full = (['memory', 'disk', 'connections'] as const)
    .filter((key) => sql.alerts?.[key] === 1)
    .map((key) => alert(key, `${key} never goes above 1, so nobody is ever told`, 'write a share below 1, e.g. 0.9'));
  const share = sql.alerts?.connections;
  if (share === undefined || most === null || share * most >= 1) return full;
  const message = `${share} of ${most} connections is less than one, so this always fires`;
  return [...full, alert('connections', message, 'write a share like 0.8')];
}
