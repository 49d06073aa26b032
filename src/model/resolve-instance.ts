import type { PlatformSpec } from '../spec/schema.ts';
import { listFormerNames } from './names.ts';
import type { CloudSqlHosting } from './platform.ts';
import type { Edition } from './tier.ts';
import { sortByName, toSettings } from './values.ts';

export type CloudSqlSpec = NonNullable<PlatformSpec['hosting']['cloudSql']>;

/** What a spec says of the instance itself, defaults filled in: they are the durable ones. */
export type InstanceSettings = Pick<
  CloudSqlHosting,
  | ('dataCache' | 'availability' | 'zone' | 'secondaryZone' | 'activation' | 'disk' | 'backups')
  | ('maintenance' | 'insights' | 'passwordPolicy' | 'connectionPool')
>;

export function resolveInstance(sql: CloudSqlSpec, edition: Edition): InstanceSettings {
  return {
    dataCache: sql.dataCache ?? edition === 'enterprise-plus',
    availability: sql.availability ?? 'regional',
    zone: sql.zone ?? null,
    secondaryZone: sql.secondaryZone ?? null,
    activation: sql.activation ?? 'always',
    disk: { type: 'ssd', sizeGb: 100, autoresize: true, limitGb: 0, ...sql.disk },
    backups: {
      startTime: '03:00',
      retained: 14,
      pointInTimeRecovery: true,
      transactionLogDays: 7,
      location: null,
      retainOnDelete: true,
      ...sql.backups,
    },
    maintenance: { day: 'sunday', hour: 4, track: 'stable', ...sql.maintenance, deny: resolveDeny(sql) },
    insights: {
      enabled: true,
      queryPlansPerMinute: 5,
      recordApplicationTags: true,
      recordClientAddress: false,
      queryStringLength: 1024,
      ...sql.insights,
    },
    passwordPolicy: resolvePasswordPolicy(sql),
    connectionPool: resolveConnectionPool(sql),
  };
}

function resolveDeny({ maintenance }: CloudSqlSpec): CloudSqlHosting['maintenance']['deny'] {
  return maintenance?.deny === undefined ? null : { time: '00:00', ...maintenance.deny };
}

function resolvePasswordPolicy({ passwordPolicy }: CloudSqlSpec): CloudSqlHosting['passwordPolicy'] {
  if (passwordPolicy === undefined) return null;
  const defaults = { minLength: 12, complexity: false, reuseInterval: 0, disallowUsername: true, changeInterval: 0 };
  return { ...defaults, ...passwordPolicy };
}

function resolveConnectionPool({ connectionPool }: CloudSqlSpec): CloudSqlHosting['connectionPool'] {
  if (connectionPool === undefined) return null;
  return { poolMode: connectionPool.poolMode ?? 'transaction', flags: toSettings(connectionPool.flags ?? {}) };
}

/** Sorted by name. What a replica does not say of itself it has from its primary, or is the cheapest: it can be made anew. */
export function resolveReplicas(
  replicas: NonNullable<CloudSqlSpec['replicas']>,
  primary: { readonly instance: string; readonly region: string; readonly tier: string },
): CloudSqlHosting['replicas'] {
  const resolved = replicas.map(
    ({ name, region = primary.region, tier, availability, zone, encryptionKey, flags, renamedFrom }) => {
      const formerNames = listFormerNames(renamedFrom);
      return {
        name,
        formerNames,
        instance: `${primary.instance}-${formerNames[0] ?? name}`,
        region,
        tier: tier ?? primary.tier,
        availability: availability ?? 'zonal',
        zone: zone ?? null,
        encryptionKey: region === primary.region ? null : (encryptionKey ?? null),
        flags: toSettings(flags ?? {}),
      } as const;
    },
  );
  return sortByName(resolved, (replica) => replica.name);
}
