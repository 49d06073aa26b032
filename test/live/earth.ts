import type { HeldInstance } from '../support/sql-admin.ts';

/** A spec that says most of what can be said of an instance. */
export const spec = `# The platform of the tests.
apiVersion: platform/v1
name: earth
labels: { team: eo }
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting:
  cloudSql:
    tier: db-custom-4-16384   # the smallest that loads a day in an hour
    availability: regional
    disk: { type: ssd, sizeGb: 100, limitGb: 500 }
    flags:
      log_min_duration_statement: "1000"   # slow ones
    maintenance: { day: sunday, hour: 4 }
    # Far from where people are.
    replicas:
      - { name: near, region: europe-west4, tier: db-custom-4-16384 }
databases: { pgstac: { pgstac: 0.9.11 } }
access:
  workloads:
    loader: { namespace: metaflow, serviceAccount: loader, grants: { pgstac: ingest, ingest: write } }
  people:
    - { member: "user:ana@example.org", grants: { pgstac: read } }
`;

/**
 * What the Admin API answers of the instance that the spec's Terraform makes: by Google's description of the fields
 * (https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances), from `instance.tf` as compile writes it, with
 * what Google adds of its own.
 */
export function earth(): { primary: HeldInstance; replica: HeldInstance } {
  return {
    primary: {
      instance: structuredClone(primary),
      databases: ['cloudsqladmin', 'postgres', 'ingest', 'pgstac'],
      users: [
        { kind: 'sql#user', name: 'postgres', type: 'BUILT_IN', etag: 'x', host: '' },
        { kind: 'sql#user', name: 'platform_admin' },
        { kind: 'sql#user', name: 'earth-loader@acme-earth.iam', type: 'CLOUD_IAM_SERVICE_ACCOUNT' },
        { kind: 'sql#user', name: 'ana@example.org', type: 'CLOUD_IAM_USER' },
      ],
      backupPages: [
        [{ kind: 'sql#backupRun', status: 'RUNNING', id: '3', startTime: '1970-01-01T00:00:00Z' }],
        [{ kind: 'sql#backupRun', status: 'SUCCESSFUL', id: '2', endTime: '1969-12-31T03:10:00.123Z' }],
      ],
    },
    replica: { instance: structuredClone(replica), databases: [], users: [], backupPages: [] },
  };
}

const flags = [
  { name: 'cloudsql.iam_authentication', value: 'on' },
  { name: 'log_checkpoints', value: 'on' },
  { name: 'log_connections', value: 'on' },
  { name: 'log_disconnections', value: 'on' },
  { name: 'log_lock_waits', value: 'on' },
  { name: 'log_min_duration_statement', value: '1000' },
  { name: 'log_min_error_statement', value: 'error' },
  { name: 'log_statement', value: 'ddl' },
];

const insights = {
  queryInsightsEnabled: true,
  queryPlansPerMinute: 5,
  queryStringLength: 1024,
  recordApplicationTags: true,
};

const userLabels = { team: 'eo', platform: 'earth', environment: 'default', 'goog-terraform-provisioned': 'true' };

const primary = {
  kind: 'sql#instance',
  name: 'earth-postgres',
  project: 'acme-earth',
  state: 'RUNNABLE',
  region: 'europe-west1',
  gceZone: 'europe-west1-b',
  secondaryGceZone: 'europe-west1-c',
  databaseVersion: 'POSTGRES_15',
  databaseInstalledVersion: 'POSTGRES_15_13',
  maintenanceVersion: 'POSTGRES_15_13.R20260101.00_05',
  instanceType: 'CLOUD_SQL_INSTANCE',
  backendType: 'SECOND_GEN',
  connectionName: 'acme-earth:europe-west1:earth-postgres',
  replicaNames: ['earth-postgres-near'],
  etag: 'abc',
  createTime: '1969-01-01T00:00:00.000Z',
  ipAddresses: [{ type: 'PRIVATE', ipAddress: '10.1.2.3' }],
  serverCaCert: { kind: 'sql#sslCert', commonName: 'C=US,O=Google' },
  settings: {
    kind: 'sql#settings',
    settingsVersion: '12',
    tier: 'db-custom-4-16384',
    edition: 'ENTERPRISE',
    availabilityType: 'REGIONAL',
    activationPolicy: 'ALWAYS',
    pricingPlan: 'PER_USE',
    replicationType: 'SYNCHRONOUS',
    dataDiskType: 'PD_SSD',
    dataDiskSizeGb: '100',
    storageAutoResize: true,
    storageAutoResizeLimit: '500',
    deletionProtectionEnabled: true,
    retainBackupsOnDelete: true,
    userLabels,
    connectorEnforcement: 'NOT_REQUIRED',
    ipConfiguration: {
      ipv4Enabled: false,
      privateNetwork: 'projects/acme-earth/global/networks/main',
      sslMode: 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED',
      requireSsl: true,
      serverCaMode: 'GOOGLE_MANAGED_INTERNAL_CA',
    },
    dataCacheConfig: { dataCacheEnabled: false },
    locationPreference: { kind: 'sql#locationPreference', zone: 'europe-west1-b' },
    backupConfiguration: {
      kind: 'sql#backupConfiguration',
      enabled: true,
      startTime: '03:00',
      pointInTimeRecoveryEnabled: true,
      transactionLogRetentionDays: 7,
      transactionalLogStorageState: 'CLOUD_STORAGE',
      backupRetentionSettings: { retainedBackups: 14, retentionUnit: 'COUNT' },
    },
    maintenanceWindow: { kind: 'sql#maintenanceWindow', day: 7, hour: 4, updateTrack: 'stable' },
    insightsConfig: insights,
    databaseFlags: flags,
  },
};

const replica = {
  ...primary,
  name: 'earth-postgres-near',
  region: 'europe-west4',
  gceZone: 'europe-west4-a',
  instanceType: 'READ_REPLICA_INSTANCE',
  masterInstanceName: 'acme-earth:earth-postgres',
  replicaNames: [],
  settings: {
    ...primary.settings,
    availabilityType: 'ZONAL',
    // What a replica has of its own accord.
    locationPreference: { kind: 'sql#locationPreference', zone: 'europe-west4-a' },
    backupConfiguration: { kind: 'sql#backupConfiguration', enabled: false },
  },
};
