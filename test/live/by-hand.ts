/** A field of the API's answer that somebody changed by hand, and the difference that it makes. */
export interface ByHand {
  /** In the instance; a value that is undefined takes the field away. */
  readonly path: string;
  readonly value: unknown;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly impact: string;
}

/** A field of the model, the API's and what it is set to; then the model's words for it and for the spec's. */
type Row = readonly [field: string, path: string, value: unknown, before: unknown, after: unknown, impact: string];

const networks = 'projects/acme-earth/global/networks';
const compute = 'https://www.googleapis.com/compute/v1';
const backup = 'settings.backupConfiguration';
const insights = 'settings.insightsConfig';
const ip = 'settings.ipConfiguration';

const policy = {
  enablePasswordPolicy: true,
  minLength: 9,
  complexity: 'COMPLEXITY_DEFAULT',
  reuseInterval: 2,
  disallowUsernameSubstring: true,
  passwordChangeInterval: '7200s',
};
const shownPolicy = { minLength: 9, complexity: true, reuseInterval: 2, disallowUsername: true, changeInterval: 2 };
const poolFlags = [
  { name: 'pool_mode', value: 'session' },
  { name: 'max_pool_size', value: '9' },
];
const pool = { connectionPoolingEnabled: true, flags: poolFlags };
const shownPool = { poolMode: 'session', flags: poolFlags.slice(1) };
const deny = { startDate: '2027-1-05', endDate: '2027-2-1', time: '01:30:00' };
const shownDeny = { start: '2027-01-05', end: '2027-02-01', time: '01:30' };

const rows: readonly Row[] = [
  ['tier', 'settings.tier', 'db-custom-8-32768', 'db-custom-8-32768', 'db-custom-4-16384', 'restart'],
  ['edition', 'settings.edition', 'ENTERPRISE_PLUS', 'enterprise-plus', 'enterprise', 'restart'],
  ['version', 'databaseVersion', 'POSTGRES_16', 'POSTGRES_16', 'POSTGRES_15', 'refused'],
  ['availability', 'settings.availabilityType', 'ZONAL', 'zonal', 'regional', 'restart'],
  ['activation', 'settings.activationPolicy', 'NEVER', 'never', 'always', 'restart'],
  ['dataCache', 'settings.dataCacheConfig.dataCacheEnabled', true, true, false, 'restart'],
  ['region', 'region', 'europe-west9', 'europe-west9', 'europe-west1', 'replace'],
  ['network', `${ip}.privateNetwork`, `${networks}/other`, `${networks}/other`, `${networks}/main`, 'restart'],
  [
    'network',
    `${ip}.privateNetwork`,
    `${compute}/${networks}/other`,
    `${networks}/other`,
    `${networks}/main`,
    'restart',
  ],
  ['network', `${ip}.privateNetwork`, undefined, 'none', `${networks}/main`, 'restart'],
  ['disk.type', 'settings.dataDiskType', 'PD_HDD', 'hdd', 'ssd', 'replace'],
  ['disk.sizeGb', 'settings.dataDiskSizeGb', '50', 50, 100, 'none'],
  ['disk.autoresize', 'settings.storageAutoResize', false, false, true, 'update'],
  ['disk.limitGb', 'settings.storageAutoResizeLimit', '0', 0, 500, 'update'],
  ['backups.startTime', `${backup}.startTime`, '22:00', '22:00', '03:00', 'update'],
  ['backups.retained', `${backup}.backupRetentionSettings.retainedBackups`, 30, 30, 14, 'update'],
  ['backups.pointInTimeRecovery', `${backup}.pointInTimeRecoveryEnabled`, undefined, false, true, 'restart'],
  ['backups.transactionLogDays', `${backup}.transactionLogRetentionDays`, 3, 3, 7, 'update'],
  ['backups.location', `${backup}.location`, 'eu', 'eu', null, 'update'],
  ['backups.retainOnDelete', 'settings.retainBackupsOnDelete', undefined, false, true, 'update'],
  ['backups.enabled', `${backup}.enabled`, false, false, true, 'update'],
  ['maintenance.day', 'settings.maintenanceWindow.day', 1, 'monday', 'sunday', 'update'],
  ['maintenance.hour', 'settings.maintenanceWindow.hour', 0, 0, 4, 'update'],
  ['maintenance.track', 'settings.maintenanceWindow.updateTrack', 'week5', 'week5', 'stable', 'update'],
  ['maintenance.deny', 'settings.denyMaintenancePeriods', [deny], shownDeny, null, 'update'],
  ['insights.enabled', insights, {}, false, true, 'update'],
  ['insights.queryPlansPerMinute', `${insights}.queryPlansPerMinute`, 9, 9, 5, 'update'],
  ['insights.queryStringLength', `${insights}.queryStringLength`, 4096, 4096, 1024, 'restart'],
  ['insights.recordApplicationTags', `${insights}.recordApplicationTags`, undefined, false, true, 'update'],
  ['insights.recordClientAddress', `${insights}.recordClientAddress`, true, true, false, 'update'],
  ['flags.log_min_duration_statement', 'settings.databaseFlags.5.value', '250', '250', '1000', 'update'],
  ['flags.max_connections', 'settings.databaseFlags.8', { name: 'max_connections', value: '9' }, '9', null, 'restart'],
  ['flags.log_statement', 'settings.databaseFlags.length', 7, null, 'ddl', 'update'],
  ['connectionPool', 'settings.connectionPoolConfig', pool, shownPool, null, 'refused'],
  ['passwordPolicy', 'settings.passwordValidationPolicy', policy, shownPolicy, null, 'update'],
  ['deletionProtection', 'settings.deletionProtectionEnabled', undefined, false, true, 'update'],
  ['connectorEnforcement', 'settings.connectorEnforcement', 'REQUIRED', true, false, 'update'],
  ['sslMode', `${ip}.sslMode`, 'ENCRYPTED_ONLY', 'encrypted', 'clientCertificate', 'update'],
  ['sslMode', `${ip}.sslMode`, undefined, 'ALLOW_UNENCRYPTED_AND_ENCRYPTED', 'clientCertificate', 'update'],
  ['encryptionKey', 'diskEncryptionConfiguration', { kmsKeyName: 'projects/k' }, 'projects/k', null, 'none'],
  ['reach.allocatedRange', `${ip}.allocatedIpRange`, 'mine', 'mine', null, 'refused'],
  ['publicAddress', `${ip}.ipv4Enabled`, true, true, false, 'update'],
  ['authorizedNetworks', `${ip}.authorizedNetworks`, [{ value: '203.0.113.0/24' }], ['203.0.113.0/24'], [], 'update'],
];

export const byHand: readonly ByHand[] = rows.map(([field, path, value, before, after, impact]) => ({
  ...{ path, value, field },
  ...{ before, after, impact },
}));

/** Sets a field of an answer; what is undefined is taken away. */
export function setPath(answer: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: JSON, wherever the path leads.
  const owner = steps.reduce((node: any, step) => node[step], answer);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
}
