import { beforeEach, describe, expect, test } from '@jest/globals';
import { startSqlAdmin } from '../support/sql-admin.ts';
import { byHand, setPath } from './by-hand.ts';
import { spec } from './earth.ts';
import { type Alter, readEarth } from './read.ts';

const server = await startSqlAdmin();
beforeEach(() => server.clear());

test('what Terraform made of the spec, with what Google adds, is no difference', async () => {
  const { live, changes } = await readEarth(server);
  expect(changes).toEqual([]);
  expect(live.condition).toEqual({
    state: 'RUNNABLE',
    suspendedFor: [],
    lastBackup: '1969-12-31T03:10:00.000Z',
    maintenance: null,
    maintenanceVersion: 'POSTGRES_15_13.R20260101.00_05',
    newerMaintenanceVersions: [],
    installedVersion: 'POSTGRES_15_13',
  });
});

test('the real paths are asked, each once, and as many pages of backups as it takes', async () => {
  await readEarth(server);
  const path = '/v1/projects/acme-earth/instances/earth-postgres';
  expect([...server.calls].sort()).toEqual([
    path,
    `${path}-near`,
    `${path}/backupRuns`,
    `${path}/backupRuns?1`,
    `${path}/databases`,
    `${path}/users`,
  ]);
});

describe('a field that was changed by hand', () => {
  test.each(byHand)('$path: $field', async ({ path, value, ...expected }) => {
    const { changes } = await readEarth(server, ({ instance }) => setPath(instance, path, value));
    expect(changes.map(({ rule, environment, ...change }) => change)).toEqual([
      { resource: 'cloudSql.instance', ...expected },
    ]);
  });

  test('a zone is one only where the spec says one', async () => {
    const asked = spec.replace(
      'availability: regional',
      'availability: regional\n    zone: europe-west1-d\n    secondaryZone: europe-west1-c',
    );
    const { changes } = await readEarth(server, undefined, asked);
    expect(changes.map(({ field, before, after }) => [field, before, after])).toEqual([
      ['zone', 'europe-west1-b', 'europe-west1-d'],
      ['secondaryZone', null, 'europe-west1-c'],
    ]);
  });

  test('a label', async () => {
    const { changes } = await readEarth(server, ({ instance }) =>
      setPath(instance, 'settings.userLabels', { platform: 'earth', environment: 'default', team: 'other', cost: 'x' }),
    );
    expect(changes.map(({ resource, field, before, after }) => [resource, field, before, after])).toEqual([
      ['platform', 'labels.cost', 'x', null],
      ['platform', 'labels.team', 'other', 'eo'],
    ]);
  });

  test('of a replica', async () => {
    const { changes } = await readEarth(server, (_, { instance }) => {
      instance.settings.tier = 'db-custom-2-7680';
      instance.settings.availabilityType = 'REGIONAL';
      instance.settings.databaseFlags[5].value = '5';
      instance.diskEncryptionConfiguration = { kmsKeyName: 'projects/k' };
    });
    expect(changes.map(({ resource, field, before, after }) => [resource, field, before, after])).toEqual([
      ['cloudSql.replica near', 'availability', 'regional', 'zonal'],
      ['cloudSql.replica near', 'flags.log_min_duration_statement', '5', null],
      ['cloudSql.replica near', 'tier', 'db-custom-2-7680', 'db-custom-4-16384'],
    ]);
  });

  test('of an instance with Private Service Connect, who may have an endpoint', async () => {
    const region = (name: string) => `projects/acme-earth/regions/${name}/subnetworks/a`;
    const both = `[${region('europe-west1')}, ${region('europe-west4')}]`;
    const asked = spec.replace('availability:', `privateServiceConnect: { subnetworks: ${both} }\n    availability:`);
    const psc = { pscEnabled: true, allowedConsumerProjects: ['acme-earth', 'other'] };
    const { changes } = await readEarth(
      server,
      ({ instance }) => {
        instance.settings.ipConfiguration = {
          ipv4Enabled: false,
          pscConfig: psc,
          sslMode: 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED',
        };
      },
      asked,
    );
    expect(changes.map(({ field, before, after }) => [field, before, after])).toEqual([
      ['reach.consumerProjects', ['acme-earth', 'other'], ['acme-earth']],
    ]);
  });
});

describe('what is no difference', () => {
  const same: readonly (readonly [string, Alter])[] = [
    ['a disk that has grown by itself', ({ instance }) => setPath(instance, 'settings.dataDiskSizeGb', '180')],
    [
      'the address of a person in capitals',
      ({ users }) => users.splice(3, 1, { name: 'Ana@Example.org', type: 'CLOUD_IAM_USER' }),
    ],
    [
      'a member of a group, whom Cloud SQL made',
      ({ users }) => users.push({ name: 'bo@example.org', type: 'CLOUD_IAM_GROUP_USER' }),
    ],
    ['roles of pgSTAC, which SQL makes', ({ users }) => users.push({ name: 'pgstac_admin' }, { name: 'ingest_write' })],
    ['users of Cloud SQL itself', ({ users }) => users.push({ name: 'cloudsqlsuperuser' })],
    [
      'Query Insights off in both',
      ({ instance }) => setPath(instance, 'settings.insightsConfig', { queryStringLength: 0 }),
    ],
  ];
  test.each(same)('%s', async (name, alter) => {
    const text = name.startsWith('Query') ? spec.replace('flags:', 'insights: { enabled: false }\n    flags:') : spec;
    expect((await readEarth(server, alter, text)).changes).toEqual([]);
  });

  test('words that the API gives as numbers, as the client asks it to', async () => {
    const { changes } = await readEarth(server, ({ instance }) => {
      // SqlAvailabilityType, SqlDataDiskType, Edition, SslMode, SqlInstanceState of cloud_sql_resources.proto
      Object.assign(instance.settings, { availabilityType: 2, dataDiskType: 1, edition: 2, activationPolicy: 1 });
      instance.settings.ipConfiguration.sslMode = 3;
      instance.state = 1;
    });
    expect(changes).toEqual([]);
  });
});

describe('what is there, or is not', () => {
  const parts: readonly (readonly [name: string, alter: Alter, resource: string, rule: string, impact: string])[] = [
    ['a missing database', ({ databases }) => databases.pop(), 'database pgstac', 'live/missing-database', 'create'],
    [
      'another database',
      ({ databases }) => databases.push('scratch'),
      'database scratch',
      'live/unknown-database',
      'none',
    ],
    ['a missing login', ({ users }) => users.pop(), 'login ana@example.org', 'live/missing-login', 'create'],
    [
      'a login of another kind',
      ({ users }) => users.splice(1, 1, { name: 'platform_admin', type: 'CLOUD_IAM_USER' }),
      'login platform_admin',
      'live/missing-login',
      'create',
    ],
    [
      'another login',
      ({ users }) => users.push({ name: 'bob', type: 'BUILT_IN' }),
      'login bob',
      'live/unknown-login',
      'none',
    ],
    [
      'another replica',
      ({ instance }) => instance.replicaNames.push('byhand'),
      'cloudSql.replica byhand',
      'live/unknown-replica',
      'none',
    ],
  ];
  test.each(parts)('%s', async (_, alter, resource, rule, impact) => {
    const { changes } = await readEarth(server, alter);
    expect(changes.map((change) => [change.resource, change.rule.id, change.impact])).toContainEqual([
      resource,
      rule,
      impact,
    ]);
    expect(changes).toHaveLength(resource === 'login platform_admin' ? 2 : 1);
  });

  test('a missing replica', async () => {
    const text = spec.replace('near, region', 'far, region');
    const { changes } = await readEarth(server, undefined, text);
    expect(changes.map(({ resource, impact }) => [resource, impact])).toEqual([
      ['cloudSql.replica far', 'create'],
      ['cloudSql.replica earth-postgres-near', 'none'],
    ]);
  });

  test('nothing of the databases, where the instance is stopped', async () => {
    const { live, changes } = await readEarth(server, (primary) => {
      primary.instance.settings.activationPolicy = 'NEVER';
      primary.databases = [];
      primary.users = [];
    });
    expect(changes.map(({ field }) => field)).toEqual(['activation']);
    expect(live.databasesSeen).toBe(false);
  });
});
