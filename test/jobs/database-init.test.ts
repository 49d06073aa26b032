import { dirname } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { pypgstac0100, pythonTool, secretManagerClient } from '../support/python.ts';
import { resolveText } from '../support/resolve.ts';
import { type SecretManager, startSecretManager } from '../support/secret-manager.ts';
import { type Node, runPod } from './pod.fixture.ts';

const secret = 'projects/acme-earth/secrets/acme-admin-password';
/** Spaces and signs at both ends too: none of it may be lost on the way. */
const password = ' p:a\'s"s$(id) \\w%40 ';

// Cloud SQL's own way: the admin is no superuser, and a member of the role that owns the databases.
describeWith(['postgres15', 'namespaces', 'python'], 'the init Job, container by container', () => {
  let server: Postgres;
  let manager: SecretManager;
  let node: Node;
  let smokeNode: Node;

  beforeAll(async () => {
    // What the image has: the newest pypgstac, which holds the SQL of the older releases too.
    const image = await pythonTool([...pypgstac0100, ...secretManagerClient]);
    [server, manager] = await Promise.all([startPostgres({ password: 'superuser' }), startSecretManager()]);
    await server.psql(`CREATE ROLE cloudsqlsuperuser NOLOGIN CREATEROLE CREATEDB;
      CREATE ROLE platform_admin LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser PASSWORD ${quote(password)};`);
    for (const name of ['ingest', 'pgstac']) await server.psql(`CREATE DATABASE ${name} OWNER cloudsqlsuperuser`);
    // Which Cloud SQL lets its admin do.
    await server.psql('CREATE EXTENSION postgis', 'pgstac');
    const spec = `apiVersion: platform/v1
name: acme
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: {} }
databases: { pgstac: { pgstac: 0.9.11 } }
access: { workloads: { metaflow-task: { namespace: metaflow, serviceAccount: metaflow-task, grants: { pgstac: ingest, ingest: write } } } }
kubernetes: { version: "1.36", proxy: { port: ${server.port} } }
metaflow: { datastore: gs://acme-metaflow, image: "runner:1" }
`;
    const { hosting } = resolveText(spec);
    if (hosting.kind !== 'cloudSql' || hosting.initAccount === null) throw new Error('an init account is wanted');
    manager.addVersion(secret, password);
    manager.grant(hosting.initAccount.email, secret);
    const asInit = await manager.accounts.pod(hosting.initAccount.email);
    const common = { spec, path: [dirname(image.python)], hosts: [manager.hosts] };
    const inPod = { ...manager.environment, KUBERNETES_SERVICE_HOST: '10.8.0.1' };
    node = { ...common, environment: { ...inPod, ...asInit } };
    // Where the proxy would log in by IAM, the workload's own password stands.
    const asTask = await manager.accounts.pod('acme-metaflow-task@acme-earth.iam.gserviceaccount.com');
    smokeNode = { ...common, environment: { ...inPod, ...asTask, PGPASSWORD: 'by IAM' } };
  }, 600_000);

  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const codesOf = async (one: Node, file: string) => {
    const results = await runPod(one, file);
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(password);
    return {
      codes: results.map(({ name, code }) => [name, code]),
      said: results.map(({ stdout, stderr }) => stdout + stderr).join(''),
    };
  };

  test('the smoke test before it fails, and not for good', async () => {
    const { codes } = await codesOf(smokeNode, 'smoke.yaml');
    expect(codes).toEqual([['smoke', expect.any(Number)]]);
    expect([0, 2]).not.toContain(codes[0]?.[1]);
  }, 120_000);

  test('an identity that may not read the secret gets no further than that', async () => {
    const stranger = {
      ...node,
      environment: {
        ...node.environment,
        ...(await manager.accounts.pod('stranger@acme-earth.iam.gserviceaccount.com')),
      },
    };
    const { codes, said } = await codesOf(stranger, 'database-init.yaml');
    expect(codes).toEqual([['read-admin-password', 1]]);
    expect(said).toContain('PermissionDenied');
  }, 120_000);

  test('makes everything, exits 1 while a login is missing, and is done once Terraform has made it', async () => {
    const first = await codesOf(node, 'database-init.yaml');
    expect([first.codes, first.said]).toEqual([
      [
        ['read-admin-password', 0],
        ['database-init', 1],
      ],
      expect.stringContaining('acme-metaflow-task@acme-earth.iam'),
    ]);
    expect(await server.psql('SELECT pgstac.get_version()', 'pgstac')).toBe('0.9.11');
    await server.psql(`CREATE ROLE "acme-metaflow-task@acme-earth.iam" LOGIN PASSWORD 'by IAM'`);
    const second = await codesOf(node, 'database-init.yaml');
    expect([second.codes, second.said]).toEqual([
      [
        ['read-admin-password', 0],
        ['database-init', 0],
      ],
      expect.anything(),
    ]);
    expect(manager.calls.at(-1)).toMatchObject({ name: `${secret}/versions/latest`, code: 0 });
  }, 240_000);

  test('and then the smoke test passes, as the workload', async () => {
    const { codes, said } = await codesOf(smokeNode, 'smoke.yaml');
    expect([codes, said]).toEqual([[['smoke', 0]], expect.stringContaining('every check passed')]);
  }, 120_000);

  test("the next release is installed by another login of the admins over the first one's, and once more changes nothing", async () => {
    await server.psql(
      `CREATE ROLE second_admin LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser PASSWORD ${quote(password)}`,
    );
    const spec = node.spec.replace('0.9.11', '0.10.0');
    const before = await codesOf({ ...smokeNode, spec }, 'smoke.yaml');
    expect(before.codes).toEqual([['smoke', 1]]);
    for (const said of ['pgSTAC 0.10.0 took the older one’s place', 'pgSTAC 0.10.0 was there']) {
      const result = await codesOf({ ...node, spec, admin: 'second_admin' }, 'database-init.yaml');
      expect([result.codes, result.said]).toEqual([
        [
          ['read-admin-password', 0],
          ['database-init', 0],
        ],
        expect.stringContaining(said),
      ]);
    }
    expect(await server.psql('SELECT pgstac.get_version()', 'pgstac')).toBe('0.10.0');
    const owners = `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'pgstac'`;
    expect(await server.psql(owners, 'pgstac')).toBe('pgstac_admin');
    const after = await codesOf({ ...smokeNode, spec }, 'smoke.yaml');
    expect([after.codes, after.said]).toEqual([[['smoke', 0]], expect.stringContaining('every check passed')]);
  }, 240_000);
});
