import type { Platform } from '../../../src/model/platform.ts';
import { hostileValues } from '../../support/hostile.ts';
import { cloudSql, makePlatform, virtualMachines } from './platforms.ts';

const everything = {
  gcp: { terraformState: 'gs://acme-state/platform' },
  access: { bastion: { zone: 'europe-west1-b' } },
  kubernetes: { pooler: { grants: { pgstac: 'ingest' } } },
  hosting: {
    cloudSql: {
      bootstrap: 'terraform',
      tier: 'db-custom-4-16384',
      zone: 'europe-west1-b',
      disk: { limitGb: 500 },
      replicas: [
        { name: 'read', tier: 'db-custom-2-7680' },
        { name: 'us', region: 'us-central1', availability: 'regional', zone: 'us-central1-a' },
      ],
      alerts: {
        cpu: false,
        replicationLag: 30,
        transactionIds: 0.4,
        notify: ['projects/acme-earth/notificationChannels/1', 'oncall@example.org'],
      },
    },
  },
};
/** Each of the flags that checkov looks at, as checkov would not have it or as the platform does not by itself. */
const flags = {
  'cloudsql.enable_pgaudit': 'on',
  log_checkpoints: 'off',
  log_connections: 'off',
  log_disconnections: 'off',
  log_duration: 'on',
  log_executor_stats: 'on',
  log_hostname: 'on',
  log_lock_waits: 'off',
  log_min_duration_statement: '0',
  log_min_error_statement: 'panic',
  log_min_messages: 'debug',
  log_parser_stats: 'on',
  log_planner_stats: 'on',
  log_statement: 'none',
  log_statement_stats: 'on',
  log_temp_files: '1024',
};
const plus = {
  edition: 'enterprise-plus',
  tier: 'db-perf-optimized-N-4',
  zone: 'europe-west1-b',
  secondaryZone: 'europe-west1-c',
  backups: { retained: 40, transactionLogDays: 35, location: 'eu' },
  maintenance: { deny: { start: '2026-12-05', end: '2027-01-05' } },
  insights: { queryPlansPerMinute: 20, recordClientAddress: true, queryStringLength: 4500 },
  passwordPolicy: { minLength: 16, complexity: true, reuseInterval: 5, changeInterval: 24 },
  connectionPool: { poolMode: 'session', flags: { max_pool_size: '100' } },
  replicas: [
    {
      name: 'read',
      availability: 'regional',
      zone: 'europe-west1-d',
      flags: { log_statement: 'all', max_standby_streaming_delay: '300000' },
    },
    { name: 'us', region: 'us-central1' },
  ],
};
const subnetwork = 'projects/acme-earth/regions/europe-west1/subnetworks/main';
const unwatched = {
  alerts: {
    ...{ cpu: false, memory: false, disk: false, connections: false, replicationLag: false, transactionIds: false },
    ...{ down: false, backups: false },
  },
  dashboard: false,
};
const key = (region: string) => `projects/acme-keys/locations/${region}/keyRings/databases/cryptoKeys/sql`;
const endpoint = {
  access: { bastion: { zone: 'europe-west1-b' } },
  hosting: {
    cloudSql: {
      replicas: [{ name: 'us', region: 'us-central1' }],
      privateServiceConnect: {
        subnetworks: ['projects/acme-earth/regions/us-central1/subnetworks/main', subnetwork],
        consumerProjects: ['acme-analytics'],
      },
    },
  },
};
const peering = {
  // A shared network: another project's.
  gcp: { network: 'projects/acme-network/global/networks/main' },
  access: { bastion: { zone: 'europe-west1-b', encryptionKey: key('europe-west1') } },
  kubernetes: { databaseRanges: ['10.20.0.0/16'] },
  hosting: {
    cloudSql: {
      privateServicesAccess: { manage: true },
      encryptionKey: key('europe-west1'),
      sslMode: 'encrypted',
      replicas: [{ name: 'near' }, { name: 'us', region: 'us-central1', encryptionKey: key('us-central1') }],
    },
  },
};
const nobody = { kubernetes: undefined, metaflow: undefined, access: { workloads: {}, people: [] } };

/** Each with the tests of `test/emit/terraform/` that run on its `terraform/`, and on its `postgres_vms/`. */
export const variants: Readonly<Record<string, { platform: Platform; tests?: readonly (readonly string[])[] }>> = {
  'Cloud SQL with every default': { platform: makePlatform(cloudSql), tests: [['cloud-sql', 'cloud-sql-alerts']] },
  'Cloud SQL with everything': {
    platform: makePlatform(cloudSql, everything),
    tests: [['bootstrap-terraform', 'cloud-sql-alerts-given']],
  },
  'Cloud SQL behind an endpoint': {
    platform: makePlatform(cloudSql, endpoint),
    tests: [['private-service-connect']],
  },
  'Cloud SQL behind a peering of its own': {
    platform: makePlatform(cloudSql, peering),
    tests: [['private-services-access']],
  },
  'Cloud SQL in a range, for whoever is in the network': {
    platform: makePlatform(cloudSql, {
      hosting: {
        cloudSql: {
          privateServicesAccess: { allocatedRange: 'services' },
          connectorEnforcement: false,
          replicas: [{ name: 'r' }],
        },
      },
    }),
  },
  'Cloud SQL for nobody': { platform: makePlatform(cloudSql, nobody) },
  'Cloud SQL for nobody, by Terraform': {
    platform: makePlatform(cloudSql, { ...nobody, hosting: { cloudSql: { bootstrap: 'terraform' } } }),
  },
  'Cloud SQL with a public address': {
    platform: makePlatform(cloudSql, { kubernetes: { proxy: { privateIp: false } } }),
  },
  'Cloud SQL that nobody watches': { platform: makePlatform(cloudSql, { hosting: { cloudSql: unwatched } }) },
  'Cloud SQL with a dashboard only': {
    platform: makePlatform(cloudSql, {
      hosting: { cloudSql: { ...unwatched, dashboard: true, replicas: [{ name: 'r' }] } },
    }),
  },
  'Cloud SQL in the enterprise-plus edition': {
    platform: makePlatform(cloudSql, { ...nobody, hosting: { cloudSql: plus } }),
    tests: [['enterprise-plus']],
  },
  'Cloud SQL, small': {
    platform: makePlatform(
      cloudSql,
      {
        hosting: {
          cloudSql: {
            deletionProtection: false,
            availability: 'zonal',
            activation: 'never',
            disk: { type: 'hdd', autoresize: false },
            backups: { retainOnDelete: false },
            insights: { enabled: false },
            replicas: [{ name: 'read' }],
          },
        },
        environments: { dev: {} },
      },
      'dev',
    ),
    tests: [['small']],
  },
  'Cloud SQL with flags of its own': { platform: makePlatform(cloudSql, { hosting: { cloudSql: { flags } } }) },
  'virtual machines': {
    platform: makePlatform(virtualMachines),
    tests: [['virtual-machines-workloads'], ['virtual-machines', 'virtual-machines-alerts']],
  },
  'virtual machines with everything': {
    platform: makePlatform(virtualMachines, {
      gcp: { terraformState: 'gs://acme-state' },
      access: { bastion: { zone: 'europe-west1-b', machineType: 'c4a-standard-1', subnetwork } },
      databases: { pgstac: { source: { location: "https://example.org/it's `x` $(y)", sha256: 'a'.repeat(64) } } },
      hosting: {
        virtualMachines: {
          externalAddress: true,
          machineType: 'n4-standard-4',
          subnetwork,
          encryptionKey: 'projects/acme-keys/locations/europe-west1/keyRings/databases/cryptoKeys/machines',
        },
      },
    }),
  },
  'virtual machines with passwords from the metadata': {
    platform: makePlatform(virtualMachines, { hosting: { virtualMachines: { passwords: 'metadata' } } }),
    tests: [['virtual-machines-workloads'], ['metadata-passwords']],
  },
  'virtual machines that nobody watches, and that may be deleted': {
    platform: makePlatform(virtualMachines, {
      hosting: { virtualMachines: { opsAgent: false, alerts: { cpu: false }, deletionProtection: false } },
    }),
    tests: [[], ['virtual-machines-unprotected']],
  },
  'virtual machines for nobody': {
    platform: makePlatform(virtualMachines, {
      ...nobody,
      databases: { pgstac: { source: { location: 'pgstac.sql.gz', sha256: 'a'.repeat(64) } } },
      hosting: { virtualMachines: { opsAgent: false, backups: { bucket: 'gs://acme-earth-backups' } } },
    }),
  },
  'Cloud SQL, hostile': { platform: makeHostile(makePlatform(cloudSql)) },
};

/** What no schema would let through, past the schema: a label for each text that breaks careless printers. */
function makeHostile(platform: Platform): Platform {
  const printable = Object.entries(hostileValues).filter(([name]) => !/NUL|half/.test(name));
  return {
    ...platform,
    labels: printable.flatMap(([name, value]) => [
      { key: name, value },
      { key: `${name} ${value}`, value: name },
    ]),
  };
}
