import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { refuse } from '../support/cloud-sql/admin-api.ts';
import { type CloudSql, startCloudSql } from '../support/cloud-sql/instance.ts';
import { describeWith } from '../support/needs.ts';
import { resolveText } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const spec = `apiVersion: platform/v1
name: alps
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: {} }
databases: { pgstac: { pgstac: 0.9.11 } }
access:
  workloads: { loader: { namespace: etl, serviceAccount: loader, grants: { pgstac: ingest, ingest: write } } }
  people: [{ member: "user:ana@example.org", grants: { pgstac: read, ingest: read } }]
  bastion: { zone: europe-west1-b }
pipelines: { scenes: { source: { files: [items/collection.json, items/items.ndjson] } } }
`;
const password = 'only the admin knows';
const instance = 'cloudsql:acme-earth:europe-west1:alps-postgres';
const place = 'acme-earth:europe-west1:alps-postgres';
const loader = 'alps-loader@acme-earth.iam.gserviceaccount.com';

// In this order: each goes on from what the one before it left in the databases.
describeWith(['postgres15'], 'an instance by its name, through Google’s connector', () => {
  const folder = makeTemporaryFolder('instance');
  let cloudSql: CloudSql;
  let asLoader: Readonly<Record<string, string>>;
  let asAna: Readonly<Record<string, string>>;

  beforeAll(async () => {
    writeFileSync(join(folder, 'platform.yaml'), spec);
    cpSync(join(projectRoot, 'spec/items'), join(folder, 'items'), { recursive: true });
    cloudSql = await startCloudSql(resolveText(spec), password);
    asLoader = await cloudSql.variablesFor(loader);
    asAna = await cloudSql.variablesForPerson('ana@example.org');
  }, 120_000);

  const run = async (command: string, env: Readonly<Record<string, string>>, dsn = instance) => {
    const named = { PGSTAC_DSN: dsn, INGEST_DB_DSN: dsn };
    const result = await runCli(command.split(' '), { cwd: folder, env: { ...named, ...env } });
    // Nothing of what lets in is ever said, and no bug has a stack.
    expect(result.stdout + result.stderr).not.toMatch(/token-[0-9a-f]{8}|PRIVATE KEY|only the admin|\n {4}at /);
    return result;
  };

  test('an admin, who has a password, makes what is missing', async () => {
    const admin = { ...asLoader, PGPASSWORD: password };
    const made = await run('db init', admin, `${instance}?user=platform_admin`);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stderr).toContain(`database pgstac at ${place} as platform_admin (PGSTAC_DSN)`);
    const guess = await run('db status', { ...asLoader, PGPASSWORD: 'a guess' }, `${instance}?user=platform_admin`);
    expect(guess).toMatchObject({ code: 4, stderr: expect.stringMatching(/28P01.*\n.*PGPASSWORD/) });
    const none = await run('db status', asLoader, `${instance}?user=platform_admin`);
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining('PGPASSWORD is not set') });
  }, 120_000);

  test('a workload loads by IAM, as the login that its account has', async () => {
    const loaded = await run('ingest', asLoader);
    expect(loaded).toMatchObject({ code: 0, stdout: expect.stringMatching(/pgstac\.items +290/) });
    expect(loaded.stderr).toContain(`database ingest at ${place} as alps-loader@acme-earth.iam (INGEST_DB_DSN)`);
    expect(await cloudSql.postgres.psql('SELECT count(*) FROM pgstac.items', 'pgstac')).toBe('290');
    expect((await run('db status', asLoader)).stdout).toContain(`pgstac at ${place}`);
  }, 120_000);

  test('a person verifies by the login of `gcloud auth application-default login`', async () => {
    const { code, stdout, stderr } = await run('verify --format json', asAna);
    const { checks } = JSON.parse(stdout) as {
      checks: { database: string; name: string; ok: boolean; detail: string }[];
    };
    const inside = checks.filter(({ database }) => database !== 'instance');
    expect([inside.filter(({ ok }) => !ok), code]).toEqual([[], 0]);
    expect(stderr).toContain('as ana@example.org');
    expect(inside.find(({ name }) => name === 'TLS')?.detail).toMatch(/connector/);
    expect(inside.find(({ name }) => name === 'server')?.detail).toMatch(/as ana@example\.org$/);
    const status = await run('ingest status', asAna);
    expect(status).toMatchObject({ code: 0 });
  }, 120_000);

  test('doctor reaches it too', async () => {
    const { stdout } = await run('doctor', asAna);
    expect(stdout).toMatch(/pgstac database +reached \(PGSTAC_DSN\)/);
    expect(stdout).toMatch(/databases +initialised/);
  }, 120_000);

  test.each<[string, string, RegExp]>([
    ['of another name', `${instance}-2`, /does not exist.*\n.*gcloud sql instances list --project=acme-earth/],
    ['of another region', instance.replace('west1', 'west4'), /Got europe-west1, want europe-west4\n.*the region/],
    ['by an address that it has not', `${instance}?ip=public`, /public Ip address not found\n.*ip=private/],
    ['as somebody else', `${instance}?user=eve%40example.org`, /eve@example\.org\): .*\n.*access\.people.*\?user=/],
    ['as another that it knows', `${instance}?user=ana%40example.org`, /28000.*\n.*cloudsql\.instanceUser/],
    ['into a database that is not there', `${instance}/nothing`, /3D000.*\n.*terraform apply/],
    ['with a password in the DSN', `${instance}?user=x&password=secret`, /a password does not belong in it/],
    ['by half a name', 'cloudsql:alps-postgres', /not the name of an instance\n.*cloudsql:project:region:instance/],
  ])(
    '%s is one message that says what to do',
    async (_, dsn, wanted) => {
      const { code, stdout, stderr } = await run('db status', asLoader, dsn);
      expect({ code, stdout, stderr }).toEqual({ code: 4, stdout: '', stderr: expect.stringMatching(wanted) });
      expect(stderr).not.toContain('secret');
    },
    60_000,
  );

  test('an account without roles/cloudsql.client is told the role, and one without credentials how to log in', async () => {
    const stranger = await cloudSql.variablesFor('stranger@acme-earth.iam.gserviceaccount.com');
    const refused = await run('db status', stranger);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/not authorized.*\n.*cloudsql\.instances\.connect.*roles\/cloudsql\.client/);
    const nobody = await run('db status', { HOME: folder, METADATA_SERVER_DETECTION: 'none' });
    expect(nobody.code).toBe(4);
    expect(nobody.stderr).toMatch(/Could not load the default credentials.*\n.*gcloud auth application-default login/);
  }, 60_000);

  test('an API that is off is told by the command that enables it', async () => {
    cloudSql.refuseAll(refuse(403, 'Cloud SQL Admin API has not been used in project 1.', 'accessNotConfigured'));
    const { code, stderr } = await run('db status', asLoader);
    cloudSql.refuseAll(null);
    expect([code, stderr]).toEqual([4, expect.stringContaining('gcloud services enable sqladmin.googleapis.com')]);
  }, 60_000);

  test('where its address cannot be reached from, verify says, and from where it can', async () => {
    await cloudSql.cutOff();
    const { code, stderr, stdout } = await run('verify', asLoader);
    expect([code, stdout]).toEqual([4, expect.stringContaining('ECONNREFUSED')]);
    const advice = 'the Auth Proxy, through the bastion';
    expect(stderr.split(advice)).toHaveLength(2);
    const loading = await run('ingest', asLoader);
    expect([loading.code, loading.stderr]).toEqual([4, expect.stringContaining(advice)]);
  }, 60_000);
});
