import type { CloudSqlHosting, Setting, Weekday } from '../model/platform.ts';
import { sortByName } from '../model/values.ts';
import type { InstanceSettings } from './answers.ts';
import { readFlag, readNumber, readSeconds, readText, readWord } from './values.ts';

/** What runs, in the model's own terms, or in Google's where the model has no word for it. */
export type Shown<T> = { readonly [Key in keyof T]: unknown };

type Shows<Keys extends keyof CloudSqlHosting> = Shown<Pick<CloudSqlHosting, Keys>>;

const weekdays: readonly Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** The disk; see `googlesOwn` for one that has grown. */
export function showDisk(settings: InstanceSettings, spec: CloudSqlHosting['disk']): CloudSqlHosting['disk'] {
  const size = readNumber(settings.dataDiskSizeGb) ?? spec.sizeGb;
  const shown: Shown<CloudSqlHosting['disk']> = {
    type: readWord({ PD_SSD: 'ssd', PD_HDD: 'hdd' }, settings.dataDiskType) ?? spec.type,
    // One that grows by itself and has grown is as the spec means it.
    sizeGb: spec.autoresize && size > spec.sizeGb ? spec.sizeGb : size,
    autoresize: readFlag(settings.storageAutoResize) ?? spec.autoresize,
    limitGb: readNumber(settings.storageAutoResizeLimit) ?? 0,
  };
  return asModel(shown);
}

export function showBackups(settings: InstanceSettings, spec: CloudSqlHosting['backups']): CloudSqlHosting['backups'] {
  const backups = settings.backupConfiguration;
  return {
    startTime: readText(backups?.startTime) ?? spec.startTime,
    retained: readNumber(backups?.backupRetentionSettings?.retainedBackups) ?? spec.retained,
    pointInTimeRecovery: readFlag(backups?.pointInTimeRecoveryEnabled) ?? false,
    transactionLogDays: readNumber(backups?.transactionLogRetentionDays) ?? spec.transactionLogDays,
    location: readText(backups?.location),
    retainOnDelete: readFlag(settings.retainBackupsOnDelete) ?? false,
  };
}

/** Without a window Google chooses day and hour, for which the model has no word: `any`. */
export function showMaintenance(
  settings: InstanceSettings,
  spec: CloudSqlHosting['maintenance'],
): CloudSqlHosting['maintenance'] {
  const window = settings.maintenanceWindow;
  const day = readNumber(window?.day) ?? 0;
  const [deny] = settings.denyMaintenancePeriods ?? [];
  const shown: Shown<CloudSqlHosting['maintenance']> = {
    day: weekdays[day - 1] ?? 'any',
    hour: day === 0 ? 'any' : (readNumber(window?.hour) ?? 0),
    track: readWord({}, window?.updateTrack) ?? spec.track,
    deny:
      deny === undefined
        ? null
        : { start: padDate(deny.startDate), end: padDate(deny.endDate), time: (deny.time ?? '').slice(0, 5) },
  };
  return asModel(shown);
}

/** The API gives a month or day back without its zero: GoogleCloudPlatform/magic-modules #11277. */
function padDate(date: string | null | undefined): string {
  return (date ?? '').replace(/-(\d)(?=-|$)/g, '-0$1');
}

/** Of Query Insights that is off the API says 0 for the rest, which means nothing: the spec's stands. */
export function showInsights(
  settings: InstanceSettings,
  spec: CloudSqlHosting['insights'],
): CloudSqlHosting['insights'] {
  const insights = settings.insightsConfig;
  if (insights?.queryInsightsEnabled !== true) return { ...spec, enabled: false };
  return {
    enabled: true,
    queryPlansPerMinute: readNumber(insights.queryPlansPerMinute) ?? 5,
    recordApplicationTags: insights.recordApplicationTags === true,
    recordClientAddress: insights.recordClientAddress === true,
    queryStringLength: readNumber(insights.queryStringLength) ?? 1024,
  };
}

export function showPasswordPolicy(settings: InstanceSettings): CloudSqlHosting['passwordPolicy'] {
  const policy = settings.passwordValidationPolicy;
  if (readFlag(policy?.enablePasswordPolicy) !== true) return null;
  return {
    minLength: readNumber(policy?.minLength) ?? 0,
    complexity: policy?.complexity === 'COMPLEXITY_DEFAULT',
    reuseInterval: readNumber(policy?.reuseInterval) ?? 0,
    disallowUsername: readFlag(policy?.disallowUsernameSubstring) ?? false,
    changeInterval: (readSeconds(policy?.passwordChangeInterval) ?? 0) / 3600,
  };
}

export function showConnectionPool(settings: InstanceSettings): CloudSqlHosting['connectionPool'] {
  const pool = settings.connectionPoolConfig;
  if (pool?.connectionPoolingEnabled !== true) return null;
  const flags = readSettings(pool.flags);
  const shown: Shown<NonNullable<CloudSqlHosting['connectionPool']>> = {
    poolMode: flags.find(({ name }) => name === 'pool_mode')?.value ?? 'transaction',
    flags: flags.filter(({ name }) => name !== 'pool_mode'),
  };
  return asModel(shown);
}

interface NamedValue {
  readonly name?: string | null;
  readonly value?: string | null;
}

/** Sorted by name, as the model has them. */
export function readSettings(flags: readonly NamedValue[] | null | undefined): readonly Setting[] {
  return sortByName(
    (flags ?? []).map(({ name, value }) => ({ name: name ?? '', value: value ?? '' })),
    ({ name }) => name,
  );
}

export function showChoices(
  settings: InstanceSettings,
  spec: CloudSqlHosting,
): Shows<'edition' | 'tier' | 'dataCache' | 'availability' | 'activation' | 'zone' | 'secondaryZone'> {
  const location = settings.locationPreference;
  return {
    edition:
      readWord({ ENTERPRISE: 'enterprise', ENTERPRISE_PLUS: 'enterprise-plus' }, settings.edition) ?? spec.edition,
    tier: readText(settings.tier) ?? spec.tier,
    dataCache: settings.dataCacheConfig?.dataCacheEnabled === true,
    availability: readWord(availabilities, settings.availabilityType) ?? spec.availability,
    activation: readWord({ ALWAYS: 'always', NEVER: 'never' }, settings.activationPolicy) ?? spec.activation,
    // Where the spec leaves the choice to Cloud SQL, what that chose is no difference.
    zone: spec.zone === null ? null : readText(location?.zone),
    secondaryZone: spec.secondaryZone === null ? null : readText(location?.secondaryZone),
  };
}

export const availabilities = { ZONAL: 'zonal', REGIONAL: 'regional' };

/** The only way from what runs into the model's types: diff compares it as data, whatever its words are. */
export function asModel<T>(shown: Shown<T>): T {
  return shown as T;
}
