import type { CloudSqlHosting, DenyPeriod, PasswordPolicy } from '../../model/platform.ts';
import type { Fragment } from '../../print/fragment.ts';
import { hclBoolean, hclNumber, hclString } from '../../print/hcl.ts';
import type { HclView } from './common.ts';

type Options = Pick<
  CloudSqlHosting,
  ('dataCache' | 'zone' | 'secondaryZone' | 'insights') | ('maintenance' | 'passwordPolicy' | 'connectionPool')
>;

/** The blocks of an instance's settings that not every instance has. */
export function viewOptions(options: Options): HclView {
  const { zone, secondaryZone, maintenance, insights, passwordPolicy, connectionPool } = options;
  return {
    dataCache: hclBoolean(options.dataCache),
    location: zone === null ? null : { zone: hclString(zone), secondaryZone: orNull(secondaryZone, hclString) },
    deny: orNull(maintenance.deny, viewDeny),
    insights: {
      enabled: insights.enabled,
      queryPlansPerMinute: hclNumber(insights.queryPlansPerMinute),
      queryStringLength: hclNumber(insights.queryStringLength),
      recordApplicationTags: hclBoolean(insights.recordApplicationTags),
      recordClientAddress: hclBoolean(insights.recordClientAddress),
    },
    passwordPolicy: orNull(passwordPolicy, viewPasswordPolicy),
    connectionPool: orNull(connectionPool, viewConnectionPool),
  };
}

export function viewAvailability(availability: CloudSqlHosting['availability']): Fragment<'hcl'> {
  return hclString({ zonal: 'ZONAL', regional: 'REGIONAL' }[availability]);
}

/** Whether Cloud SQL chooses a zone for a standby beside the zone that is said. */
export function needsStandby({ zone, availability }: Pick<CloudSqlHosting, 'zone' | 'availability'>): boolean {
  return zone !== null && availability === 'regional';
}

/** Source of the form: google_sql_database_instance's page, `deny_maintenance_period` (GoogleCloudPlatform/magic-modules #11277). */
function viewDeny({ start, end, time }: DenyPeriod): HclView {
  const date = (day: string) => hclString(day.replace(/^(\d{4}-)0/, '$1'));
  return { start: date(start), end: date(end), time: hclString(`${time}:00`) };
}

/** A 0 is left out: the provider sends none, and the API gives none back. */
function viewPasswordPolicy(policy: PasswordPolicy): HclView {
  const seconds = policy.changeInterval * 3600;
  return {
    minLength: hclNumber(policy.minLength),
    disallowUsername: hclBoolean(policy.disallowUsername),
    complexity: policy.complexity,
    reuseInterval: policy.reuseInterval === 0 ? null : hclNumber(policy.reuseInterval),
    changeInterval: seconds === 0 ? null : hclString(`${seconds}s`),
  };
}

function viewConnectionPool({ poolMode, flags }: NonNullable<CloudSqlHosting['connectionPool']>): HclView {
  const all = [{ name: 'pool_mode', value: poolMode }, ...flags];
  return { flags: all.map(({ name, value }) => ({ name: hclString(name), value: hclString(value) })) };
}

function orNull<From, To>(value: From | null, view: (value: From) => To): To | null {
  return value === null ? null : view(value);
}
