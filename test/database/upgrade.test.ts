import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { openServer } from '../../src/database/server.ts';
import { readLayout } from '../../src/ingest/load/layout.ts';
import { checkLease, takeLease } from '../../src/ingest/run/lease.ts';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { pypgstac0100, pythonTool } from '../support/python.ts';
import { sharedRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { logins, makeSpec } from './support.ts';

/** Each item by itself, pages of them, and a filter: what a client of the STAC API is given. */
const READ = `
SET search_path TO pgstac, public;
SELECT jsonb_agg(get_item(id, collection) ORDER BY collection, id)::text FROM items;
SELECT search('{"limit": 1000, "sortby": [{"field": "id", "direction": "asc"}]}')->'features';
SELECT search('{"collections": ["sentinel-2-l2a"], "limit": 50, "filter-lang": "cql2-json",
  "filter": {"op": "<", "args": [{"property": "eo:cloud_cover"}, 20]}}')->'features';
SELECT id, content, partition_trunc, datetime, end_datetime FROM collections ORDER BY id;`;

describeWith(['postgres15', 'python', 'sharedData'], 'pgSTAC installed by one login, upgraded by another', () => {
  const real = join(sharedRoot, 'data/sentinel-2-l2a');
  const items = readFileSync(join(real, 'items.ndjson'), 'utf8').trimEnd().split('\n');
  const folder = makeTemporaryFolder('project');
  const file = join(folder, 'items/items.ndjson');
  let server: Postgres;
  let pypgstac: string;
  let before: string;

  const want = (version: string) => {
    const pipelines = { scenes: { source: { files: ['items/*'] } } };
    const spec = makeSpec({ databases: { pgstac: { pgstac: version } }, pipelines });
    writeFileSync(join(folder, 'platform.yaml'), stringify(spec));
  };
  const platform = (user: string, args: string, database = 'pgstac') =>
    runCli(args.split(' '), {
      cwd: folder,
      env: { PGSTAC_DSN: server.dsn(database, user), INGEST_DB_DSN: server.dsn('ingest', user) },
    });
  const migrate = (database: string) => runOrThrow(pypgstac, ['migrate', '--dsn', server.dsn(database)]);
  const version = (database: string) => server.psql('SELECT pgstac.get_version()', database);
  /** The schema as pg_dump writes it, without what names the login that migrated. */
  const dump = async (database: string) => {
    const { stdout } = await runOrThrow(server.bin('pg_dump'), ['-s', '-n', 'pgstac', '-d', server.dsn(database)]);
    const named = /^\\(un)?restrict|^ALTER DEFAULT PRIVILEGES FOR ROLE (ann|ben|postgres) |^--|^\s*$/;
    return stdout
      .split('\n')
      .filter((line) => !named.test(line))
      .join('\n');
  };
  /** A copy of the old database. What is granted on a database itself is not copied. */
  const copy = async (name: string) => {
    await server.psql(`CREATE DATABASE ${name} TEMPLATE old OWNER ann`);
    await server.psql(`GRANT CREATE ON DATABASE ${name} TO pgstac_admin`);
  };
  const count = (sql: string, database: string) => server.psql(`SELECT count(*) FROM ${sql}`, database);
  const until = async (sql: string, database = 'postgres') => {
    const end = Date.now() + 60_000;
    while ((await server.psql(`SELECT ${sql}`, database)) !== 't') {
      if (Date.now() > end) throw new Error(`it did not come to ${sql}`);
      await sleep(50);
    }
  };

  beforeAll(async () => {
    pypgstac = (await pythonTool(pypgstac0100)).bin('pypgstac');
    server = await startPostgres();
    // As Cloud SQL's admin logins are: no superusers. The workload's and the person's are Terraform's.
    for (const login of ['ann', 'ben']) await server.psql(`CREATE ROLE ${login} LOGIN CREATEROLE CREATEDB`);
    for (const login of Object.values(logins)) await server.psql(`CREATE ROLE "${login}" LOGIN`);
    for (const name of ['pgstac', 'ingest']) await server.psql(`CREATE DATABASE ${name} OWNER ann`);
    await server.psql('CREATE EXTENSION postgis', 'pgstac');
    mkdirSync(join(folder, 'items'));
    writeFileSync(join(folder, 'items/collection.json'), readFileSync(join(real, 'collection.json')));
    writeFileSync(file, `${items.slice(5).join('\n')}\n`);
    want('0.9.11');
    expect(await platform('ann', 'db init')).toMatchObject({ code: 0 });
    expect(await platform(logins.loader, 'ingest')).toMatchObject({ code: 0 });
    before = await server.psql(READ, 'pgstac');
    await server.psql('CREATE DATABASE old TEMPLATE pgstac OWNER ann');
    want('0.10.0');
  }, 600_000);

  test('every item reads as before, the loader goes on, and pypgstac finds nothing to do', async () => {
    expect(before.split('"type": "Feature"').length).toBeGreaterThan(2 * items.length - 12);
    const wait = await platform(logins.loader, 'ingest');
    expect(wait).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('pgSTAC 0.10.0 (0.9.11 is installed) missing'),
    });
    expect((await platform(logins.loader, 'db status')).stdout).toContain(
      'db init upgrades it (0.9.11 → 0.9.12 → 0.10.0)',
    );

    expect(await platform('ben', 'db init')).toMatchObject({
      code: 0,
      stdout: 'pgSTAC 0.10.0 took the older one’s place; schema platform and ingestion_log are ready\n',
    });
    expect(await version('pgstac')).toBe('0.10.0');
    expect(await server.psql(READ, 'pgstac')).toBe(before);

    // What pypgstac itself makes of the same start: the same schema, owners and grants, and the same statistics.
    await copy('judged');
    await migrate('judged');
    expect(await dump('pgstac')).toBe(await dump('judged'));
    const statistics = `SELECT partition, dtrange, edtrange, spatial::text, keys, partition_dtrange FROM pgstac.partition_stats ORDER BY 1`;
    expect(await server.psql(statistics, 'pgstac')).toBe(await server.psql(statistics, 'judged'));
    expect(await count('pgstac.query_queue', 'pgstac')).toBe('0');
    expect(await count('pgstac.query_queue_history WHERE error IS NOT NULL', 'pgstac')).toBe('0');
    const ours = await dump('pgstac');
    expect((await migrate('pgstac')).stdout).toContain('0.10.0');
    expect(await dump('pgstac')).toBe(ours);

    const again = await platform(logins.loader, 'ingest --format json');
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({ loaded: 0, unchanged: items.length - 5 });
    appendFileSync(file, `${items.slice(0, 5).join('\n')}\n`);
    expect(JSON.parse((await platform(logins.loader, 'ingest --format json')).stdout)).toMatchObject({ loaded: 5 });
    for (const login of [logins.loader, 'ann', 'ben'])
      expect([login, (await platform(login, 'verify')).code]).toEqual([login, 0]);
    expect(await platform('ann', 'db init')).toMatchObject({ code: 0, stdout: expect.stringContaining('was there') });
    want('0.9.11');
    expect(await platform('ann', 'db init')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('lead forward only'),
    });
    want('0.10.0');
  }, 300_000);

  test('cut off in the middle it leaves the old one whole; whoever comes second finds it done', async () => {
    await copy('cut');
    const old = await dump('cut');
    const holder = await openServer(server.dsn('cut'), { variable: 'HOLDER' });
    await holder.transaction(async (session) => {
      await session.run('LOCK TABLE pgstac.queryables IN ACCESS SHARE MODE');
      const upgrade = platform('ben', 'db init', 'cut');
      const waits = `wait_event_type = 'Lock' AND usename = 'ben' AND datname = 'cut'`;
      await until(`EXISTS (SELECT FROM pg_stat_activity WHERE ${waits})`);
      await server.psql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${waits}`);
      expect(await upgrade).toMatchObject({ code: 4 });
    });
    await holder.close();
    expect(await version('cut')).toBe('0.9.11');
    expect(await dump('cut')).toBe(old);
    expect(await server.psql(READ, 'cut')).toBe(before);

    const both = await Promise.all(['ann', 'ben'].map((login) => platform(login, 'db init --format json', 'cut')));
    expect(both.map(({ stdout }) => JSON.parse(stdout).pgstac.state).sort()).toEqual(['present', 'upgraded']);
    expect(await server.psql(READ, 'cut')).toBe(before);
  }, 300_000);

  test('waits for a batch that is under way, ends every shard at work, and holds off the next', async () => {
    await copy('busy');
    const loader = await openServer(server.dsn('busy', logins.loader), { variable: 'PGSTAC_DSN' });
    const run = '0190c9b0-0000-7000-8000-000000000000';
    await loader.session((session) =>
      session.query(`INSERT INTO platform.run (run, pipeline, shards) VALUES ($1, 'scenes', 1)`, [run]),
    );
    const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(ms) };
    const lease = await takeLease(loader, run, 1, { holder: 'me', clock, signal: new AbortController().signal });
    if (lease === null) throw new Error('the shard is new');
    const waits = (login: string) => `EXISTS (SELECT FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND usename = '${login}' AND datname = 'busy')`;
    const holder = await openServer(server.dsn('busy'), { variable: 'HOLDER' });
    let upgrade: ReturnType<typeof platform> | undefined;
    let late: ReturnType<typeof takeLease> | undefined;
    await holder.transaction(async (held) => {
      await held.run('LOCK TABLE pgstac.queryables IN ACCESS SHARE MODE');
      await loader.transaction(async (session) => {
        await session.query(`INSERT INTO platform.receipt (run, shard, batch, items) VALUES ($1, 1, 1, '[]')`, [run]);
        upgrade = platform('ben', 'db init', 'busy');
        await until(waits('ben'));
        await session.run('SELECT count(*) FROM pgstac.items; SELECT count(*) FROM platform.stale_partition');
        await checkLease(session, lease);
      });
      // Now the migration is in its middle. Who comes to a shard meanwhile would read the old release's layout.
      const atQueryables = `relation = 'pgstac.queryables'::regclass AND NOT granted`;
      await until(`EXISTS (SELECT FROM pg_locks WHERE ${atQueryables})`, 'busy');
      late = takeLease(loader, run, 2, { holder: 'late', clock, signal: new AbortController().signal });
      expect(await Promise.race([late, until(waits(logins.loader))])).toBe(undefined);
    });
    expect(await upgrade).toMatchObject({ code: 0 });
    expect(await count('platform.receipt', 'busy')).not.toBe('0');
    await expect(loader.transaction((session) => checkLease(session, lease))).rejects.toMatchObject({
      message: `shard 1 of run ${run} was taken over by platform db init, which upgraded pgSTAC`,
      hint: expect.stringContaining('run it again with the same --run to go on'),
    });
    const taken = await late;
    if (taken == null) throw new Error('the shard is new');
    expect(await loader.session(readLayout)).toEqual({ namesBaseItems: true });
    await loader.transaction((session) => checkLease(session, taken));
    for (const database of [holder, loader]) await database.close();
  }, 300_000);

  test('a login without the rights is told which, before anything is done', async () => {
    await copy('poor');
    await server.psql('REVOKE CREATE ON DATABASE poor FROM pgstac_admin');
    expect(await platform('ben', 'db init', 'poor')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('runs first: GRANT CREATE ON DATABASE poor TO pgstac_admin\n'),
    });
    await runOrThrow(server.bin('psql'), [
      '-d',
      server.dsn('poor', 'ann'),
      '-c',
      'GRANT CREATE ON DATABASE poor TO pgstac_admin',
    ]);
    expect(await platform('ben', 'db init', 'poor')).toMatchObject({ code: 0 });
  }, 300_000);

  // All the ways there are: the older releases that are left out here lie on them.
  test.each(['0.8.0', '0.8.6'])(
    'from %s, which is not loaded into',
    async (old) => {
      const name = `from_${old.replaceAll('.', '_')}`;
      await server.psql(`CREATE DATABASE ${name} OWNER ben`);
      for (const extension of ['postgis', 'btree_gist', 'unaccent'])
        await server.psql(`CREATE EXTENSION ${extension}`, name);
      await runOrThrow(pypgstac, ['migrate', '--toversion', old, '--dsn', server.dsn(name)]);
      expect(await platform('ben', 'db init --format json', name)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('"state":"upgraded"'),
      });
      expect(await version(name)).toBe('0.10.0');
    },
    300_000,
  );
});
