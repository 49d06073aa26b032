import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { formatJunit } from '../../src/cli/junit.ts';
import { openServer } from '../../src/database/server.ts';
import { type Check, verifyDatabases } from '../../src/database/verify/verify.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/root.ts';
import { initialise, logins, makePlatform } from './support.ts';

describeWith(['postgres15', 'python'], 'verify with the logins of the spec', () => {
  const platform = makePlatform();
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ password: 'admin' });
    // As on Cloud SQL: the installer is no superuser, and Terraform has made the logins.
    await server.psql(
      `CREATE ROLE ann LOGIN CREATEROLE PASSWORD 'ann'; CREATE ROLE "${logins.loader}" LOGIN PASSWORD 'x'; CREATE ROLE "${logins.ana}" LOGIN PASSWORD 'x'`,
    );
    for (const name of ['pgstac', 'ingest']) await server.psql(`CREATE DATABASE ${name} OWNER ann`);
    for (const name of ['postgis', 'btree_gist', 'unaccent']) await server.psql(`CREATE EXTENSION ${name}`, 'pgstac');
    const pair = await open('ann', 'ann');
    await initialise(pair, platform);
    await pair.close();
  }, 300_000);
  afterAll(() => server?.stop());

  async function open(user: string, password = 'x', more = '') {
    const dsn = (name: string) => `${server.dsn(name, user, password)}${more}`;
    const pgstac = await openServer(dsn('pgstac'), { variable: 'PGSTAC_DSN' });
    const ingest = await openServer(dsn('ingest'), { variable: 'INGEST_DB_DSN' });
    return { pgstac, ingest, close: async () => void (await Promise.all([pgstac.close(), ingest.close()])) };
  }

  async function verify(user: string, password?: string, more?: string): Promise<readonly Check[]> {
    const pair = await open(user, password, more);
    try {
      return await verifyDatabases(pair, platform, () => 0);
    } finally {
      await pair.close();
    }
  }

  const pick = (checks: readonly Check[], name: string) =>
    checks.filter((check) => check.name === name).map(({ ok, detail }) => [ok, detail]);
  const failed = (checks: readonly Check[]) =>
    checks.filter(({ ok }) => !ok).map(({ database, name, detail }) => `${database} ${name}: ${detail}`);

  test('a loader may load, and nothing else', async () => {
    const checks = await verify(logins.loader);
    expect(failed(checks)).toEqual([]);
    expect(pick(checks, 'limits')).toEqual([
      [true, '7 things that pgstac_ingest must not are refused'],
      [true, '7 things that ingest_write must not are refused'],
    ]);
    expect(pick(checks, 'server')[0]?.[1]).toMatch(
      /^PostgreSQL 15\.\d+, database pgstac of ingest, pgstac, postgres, as sentinel2-loader@acme-earth\.iam$/,
    );
  });

  test('each check has its row in docs/operate.md, and each row its check', async () => {
    const page = readFileSync(join(projectRoot, 'docs/operate.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (`.*`) \| (both|pgstac|ingest) \|/gm)].flatMap(([, names = '', of = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].flatMap(([, name]) =>
        (of === 'both' ? ['pgstac', 'ingest'] : [of]).map((database) => `${database} ${name}`),
      ),
    );
    const checks = (await verify(logins.loader)).map(({ database, name }) => `${database} ${name}`);
    expect(checks.sort()).toEqual(rows.sort());
  });

  test('a reader may read; what is not granted it fails, and is no fault of the other database', async () => {
    const checks = await verify(logins.ana);
    expect(
      pick(
        checks.slice(
          0,
          checks.findIndex(({ database }) => database === 'ingest'),
        ),
        'limits',
      ),
    ).toEqual([[true, '9 things that pgstac_read must not are refused']]);
    expect(failed(checks)).not.toEqual([]);
    expect(failed(checks).every((line) => line.startsWith('ingest '))).toBe(true);
  });

  test('a loader that deletes what is older than retentionDays may', async () => {
    const retaining = makePlatform({ databases: { ingest: { retentionDays: 30 } } });
    const admin = await open('ann', 'ann');
    await initialise(admin, retaining);
    const pair = await open(logins.loader);
    const checks = await verifyDatabases(pair, retaining, () => 0);
    const strict = await verifyDatabases(pair, platform, () => 0);
    await initialise(admin, platform);
    await Promise.all([pair.close(), admin.close()]);
    expect(pick(checks, 'limits')).toEqual([
      [true, '5 things that pgstac_ingest must not are refused'],
      [true, '6 things that ingest_write must not are refused'],
    ]);
    expect(failed(strict)).toHaveLength(2);
    expect(failed(await verify(logins.loader))).toEqual([]);
  }, 60_000);

  test('an admin is told that nothing was tried', async () => {
    for (const [, detail] of pick(await verify('ann', 'ann'), 'limits'))
      expect(detail).toMatch(/^none: this login administers/);
  });

  test.each([
    ['pgstac', 'ALTER ROLE "LOGIN" CREATEROLE', 'ALTER ROLE "LOGIN" NOCREATEROLE', 'has CREATEROLE, may make a role'],
    [
      'pgstac',
      'GRANT CREATE ON SCHEMA public TO "LOGIN"',
      'REVOKE CREATE ON SCHEMA public FROM "LOGIN"',
      'may make a table in public',
    ],
    [
      'pgstac',
      'GRANT pgstac_admin TO "LOGIN"',
      'REVOKE pgstac_admin FROM "LOGIN"',
      'may make a schema, may change whose database it is, may become pgstac_admin, may delete runs, may delete receipts',
    ],
    [
      'pgstac',
      'GRANT CREATE ON DATABASE pgstac TO "LOGIN"',
      'REVOKE CREATE ON DATABASE pgstac FROM "LOGIN"',
      'may make a schema',
    ],
    [
      'ingest',
      'GRANT DELETE ON public.ingestion_log TO ingest_write',
      'REVOKE DELETE ON public.ingestion_log FROM ingest_write',
      'may delete from the log',
    ],
  ])('more than the spec grants is found: %s, %s', async (database, grant, revoke, may) => {
    const put = (sql: string) => server.psql(sql.replace('LOGIN', logins.loader), database);
    await put(grant);
    try {
      expect(failed(await verify(logins.loader))).toContainEqual(
        expect.stringMatching(new RegExp(`^${database} limits: ${logins.loader} ${may}: `)),
      );
    } finally {
      await put(revoke);
    }
    expect(failed(await verify(logins.loader))).toEqual([]);
  });

  test('a reader in the group of loaders has more than the spec grants', async () => {
    await server.psql(`GRANT pgstac_ingest TO "${logins.ana}"`);
    try {
      expect(failed(await verify(logins.ana))).toContainEqual(
        expect.stringMatching(
          /^pgstac limits: .* may become pgstac_ingest, may write collections, may write items, may make runs: pgstac_read is all that user:ana@example.org should have here$/,
        ),
      );
    } finally {
      await server.psql(`REVOKE pgstac_ingest FROM "${logins.ana}"`);
    }
  });

  test('what goes over a network in the clear fails; what ends on this machine does not', async () => {
    expect(pick(await verify(logins.loader), 'TLS')[0]).toEqual([
      true,
      expect.stringMatching(/^begins at 127\.0\.0\.1, /),
    ]);
    const pair = await Promise.all(
      ['pgstac', 'ingest'].map((name) =>
        openServer(
          `host=db.example hostaddr=127.0.0.1 port=${server.port} dbname=${name} user=${logins.loader} password=x`,
          { variable: 'PGSTAC_DSN' },
        ),
      ),
    );
    const [pgstac, ingest] = pair;
    if (pgstac === undefined || ingest === undefined) throw new Error('two were opened');
    const checks = await verifyDatabases({ pgstac, ingest }, platform, () => 0);
    await Promise.all(pair.map((one) => one.close()));
    expect(pick(checks, 'TLS')[0]).toEqual([false, expect.stringMatching(/^none: sslmode=verify-full in PGSTAC_DSN/)]);
  });

  describe('a search', () => {
    const insert = (id: string) =>
      `INSERT INTO collections (content) VALUES ('{"id": "${id}", "type": "Collection", "links": [], "description": "", "license": "other", "stac_version": "1.0.0", "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[null, null]]}}}');
       SELECT create_item('{"id": "i", "type": "Feature", "collection": "${id}", "stac_version": "1.0.0", "links": [], "assets": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}, "bbox": [1, 2, 1, 2], "properties": {"datetime": "2024-01-01T00:00:00Z"}}')`;
    beforeEach(async () => {
      await server.psql(
        `SET search_path TO pgstac, public; DELETE FROM items; DELETE FROM collections; ${insert('scenes')}`,
        'pgstac',
      );
    });

    test('filters by CQL2, and answers within its bound', async () => {
      expect(pick(await verify(logins.loader), 'search')).toEqual([
        [true, 'a FeatureCollection of 1, by a CQL2 filter on scenes'],
      ]);
    });

    test('that does not answer within its bound fails', async () => {
      const lock = server.psql(
        'BEGIN; LOCK TABLE pgstac.searches IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(8); COMMIT',
        'pgstac',
      );
      const searched = await verify(logins.loader).then((checks) => pick(checks, 'search'));
      await lock;
      expect(searched).toEqual([[false, expect.stringMatching(/^no answer within 5 s/)]]);
    }, 30_000);
  });
});

const readXml = `
import sys, json, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps([dict(root.attrib), [[dict(s.attrib), [[dict(c.attrib), [[k.tag, k.text, dict(k.attrib)] for k in c]] for c in s]] for s in root]]))`;

describeWith(['python'], 'as JUnit’s XML', () => {
  test('are what an XML parser reads, whatever is said', () => {
    const detail = `a "quoted" <b>&amp;</b> 'line'\nand \u0000 \ud800 more \u{1f600}`;
    const cases = [
      { suite: 'pgstac', name: 'server', ok: true, detail, milliseconds: 1500 },
      { suite: 'pgstac', name: 'a "name" <x>', ok: false, detail, milliseconds: 2 },
      { suite: 'ingest', name: 'server', ok: true, detail: '', milliseconds: 0 },
    ];
    const { stdout, stderr } = spawnSync('python3', ['-c', readXml], {
      input: formatJunit('verify a b', cases),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const said = detail.replace('\u0000', '\ufffd').replace('\ud800', '\ufffd');
    const suite = (name: string, tests: number, failures: number, time: string) => ({
      name,
      tests: `${tests}`,
      failures: `${failures}`,
      errors: '0',
      skipped: '0',
      time,
    });
    const one = (database: string, name: string, time: string) => ({ classname: `verify a b.${database}`, name, time });
    expect(JSON.parse(stdout)).toEqual([
      suite('verify a b', 3, 1, '1.502'),
      [
        [
          suite('pgstac', 2, 1, '1.502'),
          [
            [one('pgstac', 'server', '1.500'), [['system-out', said, {}]]],
            [one('pgstac', 'a "name" <x>', '0.002'), [['failure', said, { message: said }]]],
          ],
        ],
        [suite('ingest', 1, 0, '0.000'), [[one('ingest', 'server', '0.000'), [['system-out', null, {}]]]]],
      ],
    ]);
  });
});
