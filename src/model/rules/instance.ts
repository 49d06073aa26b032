import { suggestName } from '../../diagnostic/suggest.ts';
import type { Finding, RuleInput } from './rule.ts';

const at = ['hosting', 'cloudSql'];

type CloudSqlSpec = NonNullable<RuleInput['value']['hosting']['cloudSql']>;

/** What an instance cannot have with its edition, in its region, or for the logins it has. */
export function checkInstance({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  if (sql === undefined) return [];
  return [
    ...checkEdition(sql),
    ...checkZones(sql, value.gcp.region),
    ...checkStandby(sql),
    ...checkStopped(sql),
    ...checkPoolLogins(value, sql),
    ...checkPoolFlags(sql),
  ];
}

/**
 * Sources: Cloud SQL for PostgreSQL, 'Introduction to Cloud SQL editions' (data cache) and 'Managed Connection Pooling
 * overview' (requirements; the API's "Connection pool is only supported for Enterprise Plus edition",
 * GoogleCloudPlatform/magic-modules #15107).
 */
function checkEdition(sql: CloudSqlSpec): readonly Finding[] {
  if (sql.edition === 'enterprise-plus') return [];
  const parts: readonly (readonly [key: string, asked: boolean, what: string])[] = [
    ['dataCache', sql.dataCache === true, 'the data cache'],
    ['connectionPool', sql.connectionPool !== undefined, 'managed connection pooling'],
  ];
  return parts
    .filter(([, asked]) => asked)
    .map(([key, , what]) => ({
      code: 'PF234',
      at: [...at, key],
      onKey: true,
      message: `${what} is the enterprise-plus edition's, and this is ${sql.edition ?? 'enterprise'}`,
      hint: `remove ${key}, or write edition: enterprise-plus and a tier like db-perf-optimized-N-4`,
    }));
}

/** Source: google_sql_database_instance, `location_preference` (zones of the instance's own region). */
function checkZones(sql: CloudSqlSpec, region: string): readonly Finding[] {
  const zones: readonly (readonly [Finding['at'], zone: string | undefined, region: string, Finding['at']])[] = [
    [[...at, 'zone'], sql.zone, region, ['gcp', 'region']],
    [[...at, 'secondaryZone'], sql.secondaryZone, region, ['gcp', 'region']],
    ...(sql.replicas ?? []).map((replica, index) => {
      const place = [...at, 'replicas', index];
      const set = replica.region === undefined ? ['gcp', 'region'] : [...place, 'region'];
      return [[...place, 'zone'], replica.zone, replica.region ?? region, set] as const;
    }),
  ];
  return zones.flatMap(([place, zone, own, set]): readonly Finding[] => {
    if (zone === undefined || zone.startsWith(`${own}-`)) return [];
    const message = `${zone} is not in ${own}`;
    const related = { at: set, message: 'the region is set here' };
    return [{ code: 'PF202', at: place, message, hint: `write a zone of ${own}, e.g. ${own}-b`, related }];
  });
}

/** Source: resource_sql_database_instance.go, location_preference: `zone` is wanted beside `secondary_zone`. */
function checkStandby({ zone, secondaryZone, availability = 'regional' }: CloudSqlSpec): readonly Finding[] {
  if (secondaryZone === undefined) return [];
  const refuse = (message: string, hint: string): readonly Finding[] => [
    { code: 'PF204', at: [...at, 'secondaryZone'], message, hint },
  ];
  if (availability === 'zonal')
    return refuse('a zonal instance has no standby to put there', 'remove it, or set availability: regional');
  if (zone === undefined)
    return refuse('the standby has a zone and the instance has none', 'add zone, or remove secondaryZone');
  if (zone === secondaryZone)
    return refuse(`the standby is in ${zone} too, and falls with it`, 'write another zone of the region');
  return [];
}

/**
 * Source: Cloud SQL, 'Start, stop, and restart instances' ("NEVER is not supported for read replica instances"). A
 * warning: what becomes of the primary then, the page does not say.
 */
function checkStopped({ activation, replicas = [] }: CloudSqlSpec): readonly Finding[] {
  if (activation !== 'never' || replicas.length === 0) return [];
  const message = 'replicas cannot be stopped: they run on, and cost, and may keep the instance from stopping';
  const hint = 'remove the replicas too (replicas: null in an overlay)';
  const related = { at: [...at, 'replicas'], message: 'they are here' };
  return [{ code: 'PF204', severity: 'warning', at: [...at, 'activation'], message, hint, related }];
}

/**
 * A pool that is on takes every connection of the Auth Proxy: it is routed to it by what the API says of the instance
 * (cloud-sql-proxy #2517). It keeps the token that an IAM login came with, which ends after an hour (cloud-sql-proxy
 * #2553): a warning, since the documentation lets IAM in and connectors are being mended.
 */
function checkPoolLogins(value: RuleInput['value'], sql: CloudSqlSpec): readonly Finding[] {
  if (sql.connectionPool === undefined) return [];
  const { workloads = {}, people = [] } = value.access ?? {};
  const warn = (message: string, hint: string): Finding => ({
    code: 'PF236',
    severity: 'warning',
    at: [...at, 'connectionPool'],
    onKey: true,
    message,
    hint,
  });
  const findings: Finding[] = [];
  if (Object.keys(workloads).length + people.length > 0) {
    const message = 'everyone logs in by IAM, and the pool keeps a token past its hour: logins fail now and then';
    findings.push(warn(message, 'use kubernetes.pooler instead: its connections log in afresh'));
  }
  if (value.kubernetes?.pooler !== undefined) {
    const message = "kubernetes.pooler's connections go through this pool as well: two pools in a row";
    findings.push({
      ...warn(message, 'keep one of them'),
      related: { at: ['kubernetes', 'pooler'], message: 'the other' },
    });
  }
  return findings;
}

/** Source: Cloud SQL for PostgreSQL, 'Managed Connection Pooling overview' (configuration options). */
const poolFlags = `
  client_connection_idle_timeout ignore_startup_parameters max_client_connections max_pool_size max_prepared_statements
  min_pool_size query_wait_timeout server_connection_idle_timeout server_lifetime
`
  .trim()
  .split(/\s+/);

/** The page grows: a name that is not there is no mistake by itself, one that is nearly there is. */
function checkPoolFlags({ connectionPool }: CloudSqlSpec): readonly Finding[] {
  return Object.keys(connectionPool?.flags ?? {}).flatMap((name): readonly Finding[] => {
    const place = { at: [...at, 'connectionPool', 'flags', name], onKey: true };
    if (name === 'pool_mode')
      return [{ code: 'PF209', ...place, message: 'pool_mode has a key of its own', hint: 'write poolMode instead' }];
    const near = poolFlags.includes(name) ? null : suggestName(name, poolFlags, 2);
    if (near === null) return [];
    const message = `the managed pool has no flag ${name}`;
    return [{ code: 'PF212', severity: 'warning', ...place, message, hint: `did you mean ${near}?` }];
  });
}
