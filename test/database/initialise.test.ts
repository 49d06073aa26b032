import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { readSqlState } from '../../src/database/failure.ts';
import { listMissingParts } from '../../src/database/missing-parts.ts';
import { openServer } from '../../src/database/server.ts';
import { readStatus } from '../../src/database/status.ts';
import { verifyDatabases } from '../../src/database/verify/verify.ts';
import { installerLock, layoutVersion } from '../../src/model/layout.ts';
import type { Platform } from '../../src/model/platform.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { runOrThrow } from '../support/run.ts';
import { initialise, logins, makePlatform } from './support.ts';

interface Pair {
  readonly pgstac: Database;
  readonly ingest: Database;
}

describeWith(['postgres15', 'python'], 'db init on a server', () => {
  let server: Postgres;
  const opened: Database[] = [];
  let count = 0;

  beforeAll(async () => {
    server = await startPostgres();
    // As Cloud SQL's admin login is: no superuser.
    await server.psql(
      'CREATE ROLE installer LOGIN CREATEROLE CREATEDB; CREATE ROLE colleague LOGIN CREATEROLE CREATEDB',
    );
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
  });

  async function open(database: string, user = 'installer', variable = 'PGSTAC_DSN'): Promise<Database> {
    const made = await openServer(server.dsn(database, user), { variable });
    opened.push(made);
    return made;
  }

  /** Two new databases of the installer's; on one's own server postgis takes a superuser. */
  async function makeDatabases(): Promise<{
    names: { pgstac: string; ingest: string };
    open(user?: string): Promise<Pair>;
  }> {
    count++;
    const names = { pgstac: `pgstac_${count}`, ingest: `ingest_${count}` };
    for (const name of Object.values(names)) await server.psql(`CREATE DATABASE ${name} OWNER installer`);
    await server.psql('CREATE EXTENSION postgis', names.pgstac);
    return {
      names,
      open: async (user) => ({
        pgstac: await open(names.pgstac, user),
        ingest: await open(names.ingest, user, 'INGEST_DB_DSN'),
      }),
    };
  }

  const failure = (work: Promise<unknown>) =>
    work.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: Error) => error,
    );
  const checks = async (pair: Pair, platform: Platform) => {
    const found = await verifyDatabases(pair, platform, () => 0);
    return found.filter(({ ok }) => !ok).map(({ database, name, detail }) => `${database} ${name}: ${detail}`);
  };

  test.each(['0.9.11', '0.9.12', '0.10.0'])(
    'pgSTAC %s is installed by a login that is no superuser; again changes nothing',
    async (version) => {
      const platform = makePlatform({ databases: { pgstac: { pgstac: version, settings: { context: 'auto' } } } });
      const made = await makeDatabases();
      const pair = await made.open();
      expect(await initialise(pair, platform)).toMatchObject({ pgstac: 'installed' });
      const dump = () =>
        Promise.all(
          Object.values(made.names).map((name) => runOrThrow(server.bin('pg_dump'), ['-s', '-d', server.dsn(name)])),
        );
      const withoutToken = (dumps: { stdout: string }[]) =>
        dumps.map(({ stdout }) => stdout.replace(/^\\(un)?restrict .*$/gm, ''));
      const before = withoutToken(await dump());
      expect(await initialise(pair, platform)).toMatchObject({ pgstac: 'present' });
      expect(withoutToken(await dump())).toEqual(before);
      expect(await checks(pair, platform)).toEqual([]);
      expect(await listMissingParts(pair, platform)).toEqual([]);
      expect(
        await server.psql(
          `SELECT pgstac.get_version(), value FROM pgstac.pgstac_settings WHERE name = 'context'`,
          made.names.pgstac,
        ),
      ).toBe(`${version}|auto`);
      // Owned by group roles, so that another admin login can go on; and no setting leaks to the connection's next user.
      const owned = `SELECT count(*) FROM pg_class WHERE relnamespace IN (to_regnamespace('platform'), 'public'::regnamespace) AND relowner = 'installer'::regrole`;
      expect(await server.psql(owned, made.names.pgstac)).toBe('0');
      expect(await server.psql(owned, made.names.ingest)).toBe('0');
      const [role] = await pair.pgstac.session((session) =>
        session.query(`SELECT current_user::text AS role, current_setting('search_path') AS path`),
      );
      expect(role).toEqual({ role: 'installer', path: '"$user", public' });
    },
  );

  test('one database serves as both', async () => {
    const { names } = await makeDatabases();
    const pair = { pgstac: await open(names.pgstac), ingest: await open(names.pgstac) };
    await initialise(pair, makePlatform());
    await initialise(pair, makePlatform());
    expect(await checks(pair, makePlatform())).toEqual([]);
  });

  test('two at once: one installs, the other waits and finds it there', async () => {
    const made = await makeDatabases();
    const said: string[] = [];
    const reports = await Promise.all(
      [await made.open(), await made.open()].map((pair) => initialise(pair, makePlatform(), (line) => said.push(line))),
    );
    expect(reports.map(({ pgstac }) => pgstac).sort()).toEqual(['installed', 'present']);
    expect(said.join('\n')).toMatch(/waiting for another installer of PGSTAC_DSN/);
    expect(await checks(await made.open(), makePlatform())).toEqual([]);
  });

  test('nothing is done while another installer is at work', async () => {
    const made = await makeDatabases();
    const isThere = () => server.psql(`SELECT to_regnamespace('pgstac') IS NOT NULL`, made.names.pgstac);
    const pair = await made.open();
    const other = await open(made.names.pgstac, 'installer', 'OTHER_DSN');
    const waits = new EventEmitter();
    let done: Promise<unknown> | undefined;
    await other.transaction(async (session) => {
      await session.query('SELECT pg_advisory_xact_lock($1)', [installerLock]);
      const heard = once(waits, 'said');
      done = initialise(pair, makePlatform(), (line) => waits.emit('said', line));
      expect((await heard)[0]).toMatch(/waiting for another installer of PGSTAC_DSN/);
      await sleep(100);
      const waiting = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
      expect(await server.psql(waiting)).toBe('1');
      expect(await isThere()).toBe('f');
    });
    await done;
    expect(await isThere()).toBe('t');
  });

  test('databases of one server at once, whose roles are the same', async () => {
    const made = await Promise.all([makeDatabases(), makeDatabases(), makeDatabases()]);
    const pairs = await Promise.all(made.map((one) => one.open()));
    const reports = await Promise.all(pairs.map((pair) => initialise(pair, makePlatform())));
    expect(reports.map(({ pgstac }) => pgstac)).toEqual(['installed', 'installed', 'installed']);
  });

  test('another admin login goes on with what the first one made', async () => {
    const made = await makeDatabases();
    await initialise(await made.open(), makePlatform());
    const settings = { databases: { pgstac: { settings: { context: 'on' } } } };
    expect(await initialise(await made.open('colleague'), makePlatform(settings))).toMatchObject({ pgstac: 'present' });
    expect(
      await server.psql(`SELECT value FROM pgstac.pgstac_settings WHERE name = 'context'`, made.names.pgstac),
    ).toBe('on');
  });

  describe('what is refused, with nothing changed', () => {
    test("another platform's database", async () => {
      const made = await makeDatabases();
      const pair = await made.open();
      await initialise({ pgstac: pair.ingest, ingest: pair.ingest }, makePlatform({ name: 'landsat' })).catch(
        () => undefined,
      );
      await server.psql('CREATE EXTENSION IF NOT EXISTS postgis', made.names.ingest);
      await initialise({ pgstac: pair.ingest, ingest: pair.ingest }, makePlatform({ name: 'landsat' }));
      const error = await failure(initialise(pair, makePlatform()));
      expect(error.name).toBe('DatabaseFailure');
      expect(error.message).toMatch(
        /INGEST_DB_DSN.*belongs to platform landsat, environment default; this is sentinel2, default/,
      );
      expect(await server.psql(`SELECT to_regnamespace('pgstac') IS NULL`, made.names.pgstac)).toBe('t');
    });

    test('another layout, by whatever reads or writes it', async () => {
      const made = await makeDatabases();
      const pair = await made.open();
      await initialise(pair, makePlatform());
      for (const database of ['pgstac', 'ingest'] as const) {
        const setLayout = (version: string) =>
          server.psql(`UPDATE platform.installation SET version = '${version}'`, made.names[database]);
        await setLayout('99');
        const said = /has layout 99 of schema platform and ingestion_log; this program knows layout \d+$/;
        for (const work of [initialise(pair, makePlatform()), listMissingParts(pair, makePlatform())])
          expect(await failure(work)).toMatchObject({ name: 'DatabaseFailure', message: expect.stringMatching(said) });
        expect(await checks(pair, makePlatform())).toEqual([
          expect.stringMatching(/has layout 99 .* knows layout \d+: use the version of this program/),
        ]);
        expect(await readStatus(pair[database], database, makePlatform())).toMatchObject({
          complete: false,
          mismatch: expect.stringMatching(said),
        });
        await setLayout(layoutVersion);
      }
      expect(await listMissingParts(pair, makePlatform())).toEqual([]);
    });

    test('a later pgSTAC', async () => {
      const made = await makeDatabases();
      await initialise(await made.open(), makePlatform({ databases: { pgstac: { pgstac: '0.9.12' } } }));
      const error = await failure(initialise(await made.open(), makePlatform()));
      expect(error.message).toMatch(/pgSTAC 0\.9\.12 is installed, which is later than the 0\.9\.11 of the spec/);
      expect(await server.psql('SELECT pgstac.get_version()', made.names.pgstac)).toBe('0.9.12');
    });

    test.each([
      [
        'ALTER TABLE pgstac.items ADD COLUMN split text',
        /calls itself pgSTAC 0\.9\.11, but has other columns in pgstac\.items/,
      ],
      [`INSERT INTO pgstac.migrations VALUES ('0.11.0', 'infinity')`, /pgSTAC 0\.11\.0 is not known/],
      ['DROP TABLE pgstac.migrations CASCADE', /without pgSTAC in it/],
    ])('a layout that is not known: %s', async (change, said) => {
      const made = await makeDatabases();
      await initialise(await made.open(), makePlatform());
      await server.psql(change, made.names.pgstac);
      expect((await failure(initialise(await made.open(), makePlatform()))).message).toMatch(said);
    });

    test('a login that may not make extensions is told who can', async () => {
      const made = await makeDatabases();
      await server.psql('DROP EXTENSION postgis', made.names.pgstac);
      const error = (await failure(initialise(await made.open(), makePlatform()))) as Error & { hint?: string };
      expect(error.message).toMatch(/pgstac-1-extensions\.sql: .*postgis.*42501/);
      expect(error.hint).toMatch(/superuser/);
      expect(await server.psql(`SELECT to_regnamespace('platform') IS NULL`, made.names.pgstac)).toBe('t');
    });
  });

  describe('logins', () => {
    const write = 'INSERT INTO platform.ledger VALUES ($1, $1, sha256(convert_to($1, $2)))';
    const attempt = async (database: Database, sql: string, parameters: readonly unknown[] = []) =>
      database.transaction((session) => session.query(sql, parameters)).then(() => 'done', readSqlState);

    test('missing ones are listed, come later, and lose what the spec takes away', async () => {
      const made = await makeDatabases();
      const pair = await made.open();
      const first = await initialise(pair, makePlatform());
      expect(first.missingLogins.map(({ name, owner }) => [name, owner])).toEqual([
        [logins.loader, 'workload loader'],
        [logins.ana, 'user:ana@example.org'],
      ]);
      expect((await readStatus(pair.pgstac, 'pgstac', makePlatform())).complete).toBe(false);
      await server.psql(`CREATE ROLE "${logins.loader}" LOGIN; CREATE ROLE "${logins.ana}" LOGIN`);
      expect((await initialise(pair, makePlatform())).missingLogins).toEqual([]);
      expect((await readStatus(pair.pgstac, 'pgstac', makePlatform())).complete).toBe(true);

      const loader = await made.open(logins.loader);
      const ana = await made.open(logins.ana);
      expect(await checks(loader, makePlatform())).toEqual([]);
      expect(await attempt(loader.pgstac, write, ['a', 'UTF8'])).toBe('done');
      // The login's own search_path finds pgSTAC, as pgAdmin and psql need it.
      expect(await attempt(ana.pgstac, `SELECT search('{}')`)).toBe('done');
      expect(await attempt(ana.pgstac, 'SELECT * FROM platform.run_progress, platform.quarantine')).toBe('done');
      expect(await attempt(ana.pgstac, write, ['b', 'UTF8'])).toBe('42501');
      expect(await attempt(ana.ingest, 'SELECT * FROM ingestion_log')).toBe('42501');

      const people = [{ member: 'user:ana@example.org', grants: { pgstac: 'ingest', ingest: 'read' } }];
      const workloads = { loader: { namespace: 'etl', serviceAccount: 'loader', grants: { pgstac: 'read' } } };
      await initialise(pair, makePlatform({ access: { workloads, people } }));
      expect(await attempt(ana.pgstac, write, ['b', 'UTF8'])).toBe('done');
      expect(await attempt(ana.ingest, 'SELECT * FROM ingestion_log')).toBe('done');
      expect(await attempt(loader.pgstac, write, ['c', 'UTF8'])).toBe('42501');
      expect(await attempt(loader.ingest, 'SELECT * FROM ingestion_log')).toBe('42501');
    });

    test('a loader may do what the runner does and no more', async () => {
      const made = await makeDatabases();
      await initialise(await made.open(), makePlatform());
      await server.psql('CREATE ROLE mover LOGIN IN ROLE pgstac_ingest, ingest_write');
      const { pgstac, ingest } = await made.open('mover');
      const run = '0190c9b0-0000-7000-8000-000000000000';
      const allowed = [
        `INSERT INTO platform.run (run, pipeline, shards) VALUES ('${run}', 'p', 1) ON CONFLICT DO NOTHING`,
        `INSERT INTO platform.lease (run, shard, epoch, holder, expires) VALUES ('${run}', 1, 1, 'me', now()) ON CONFLICT (run, shard) DO UPDATE SET epoch = lease.epoch + 1, holder = 'me', expires = now(), done = false`,
        `SELECT epoch FROM platform.lease FOR SHARE`,
        `INSERT INTO platform.receipt (run, shard, batch, items) VALUES ('${run}', 1, 1, '[]')`,
        `UPDATE platform.receipt SET settled = true`,
        `UPDATE platform.run SET finished = now(), compared = now()`,
        `INSERT INTO platform.part VALUES ('${run}', 1, '2024-01', 1)`,
        `INSERT INTO platform.gone VALUES ('${run}', 'c', 'i', sha256(''))`,
        `DELETE FROM platform.gone`,
        `INSERT INTO platform.asset (pipeline, collection, item, asset, run, shard, path, changed) VALUES ('p', 'c', 'i', 'a', '${run}', 1, 'c/i/a', true)`,
        `UPDATE platform.asset SET failure = 'no', version = version + 1`,
        `DELETE FROM platform.asset`,
        `DELETE FROM platform.quarantine`,
        `SELECT * FROM platform.run_progress`,
      ];
      for (const sql of allowed) expect([sql, await attempt(pgstac, sql)]).toEqual([sql, 'done']);
      const refused = [
        'DELETE FROM platform.receipt',
        `UPDATE platform.receipt SET items = '[]'`,
        'DELETE FROM platform.run',
        'DELETE FROM platform.part',
        `UPDATE platform.installation SET platform = 'x'`,
        'DROP TABLE platform.ledger',
        'CREATE TABLE platform.mine ()',
      ];
      for (const sql of refused) expect([sql, await attempt(pgstac, sql)]).toEqual([sql, '42501']);
      expect(
        await attempt(
          ingest,
          `INSERT INTO ingestion_log (run, pipeline, shard, batch, position, outcome, time) VALUES ('${run}', 'p', 1, 1, 1, 'inserted', now()) ON CONFLICT DO NOTHING`,
        ),
      ).toBe('done');
      expect(await attempt(ingest, `INSERT INTO ingestion_run VALUES ('${run}', 'p', 1) `)).toBe('23502');
      expect(await attempt(ingest, 'UPDATE ingestion_shard SET batches = 1')).toBe('done');
      for (const table of ['log', 'run', 'shard'])
        expect(await attempt(ingest, `DELETE FROM ingestion_${table}`)).toBe('42501');
      expect(await attempt(ingest, `UPDATE ingestion_log SET outcome = 'updated'`)).toBe('42501');
      expect(
        await pgstac.session((session) =>
          session.query('SELECT done, working, abandoned, batches, unsettled FROM platform.run_progress'),
        ),
      ).toEqual([{ done: '0', working: '0', abandoned: '1', batches: '1', unsettled: '0' }]);
    });

    test('a login with no grant fails verify, in words', async () => {
      const made = await makeDatabases();
      await initialise(await made.open(), makePlatform());
      await server.psql('CREATE ROLE nobody LOGIN');
      const failed = await checks(await made.open('nobody'), makePlatform());
      expect(failed).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^pgstac search: .*42501/),
          'ingest rights: this login is neither in ingest_write nor in ingest_read',
        ]),
      );
    });
  });

  test('a table of schema platform that is gone is missed, and made again', async () => {
    const made = await makeDatabases();
    const pair = await made.open();
    await initialise(pair, makePlatform());
    await server.psql('DROP TABLE platform.stale_partition, platform.ledger', made.names.pgstac);
    expect(await listMissingParts(pair, makePlatform())).toEqual(['platform.ledger', 'platform.stale_partition']);
    await initialise(pair, makePlatform());
    expect(await listMissingParts(pair, makePlatform())).toEqual([]);
  });

  test('verify says what is missing before db init', async () => {
    const made = await makeDatabases();
    const failed = await checks(await made.open(), makePlatform());
    expect(failed).toEqual(
      expect.arrayContaining(['pgstac pgSTAC: not installed', 'ingest tables: public.ingestion_log is missing']),
    );
    expect(await listMissingParts(await made.open(), makePlatform())).toEqual([
      'pgSTAC 0.9.11',
      'schema platform',
      'public.ingestion_log',
      'public.ingestion_run',
      'public.ingestion_shard',
    ]);
  });
});
