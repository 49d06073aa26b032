import { beforeAll, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { verifyDatabases } from '../../src/database/verify/verify.ts';
import type { Platform } from '../../src/model/platform.ts';
import { describeWith } from '../support/needs.ts';
import { startPgbouncer } from '../support/pgbouncer.ts';
import { startPostgres } from '../support/postgres.ts';
import { initialise, makePlatform } from './support.ts';

describeWith(['postgres15', 'pgbouncer', 'python'], 'a transaction pooler in between', () => {
  let port: number;

  beforeAll(async () => {
    const server = await startPostgres();
    await server.createDatabase('pgstac');
    // As on Cloud SQL: admin logins that are no superusers.
    for (const login of ['ann', 'ben']) await server.psql(`CREATE ROLE ${login} LOGIN CREATEROLE CREATEDB`);
    for (const name of ['old', 'old_ingest']) await server.psql(`CREATE DATABASE ${name} OWNER ann`);
    await server.psql('CREATE EXTENSION postgis', 'old');
    const entries = ['ann', 'ben'].flatMap((user) =>
      ['', '_ingest'].map(
        (which) => `${user}${which} = host=127.0.0.1 port=${server.port} user=${user} dbname=old${which}\n`,
      ),
    );
    // One server connection for everybody, and nothing that cleans it: whatever one leaves behind, the next one meets.
    const pooler = await startPgbouncer(`[databases]
${entries.join('')}* = host=127.0.0.1 port=${server.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6432
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
`);
    port = pooler.port;
  });

  const open = (database = 'pgstac') =>
    openServer(`host=127.0.0.1 port=${port} user=postgres dbname=${database} sslmode=disable`, {
      variable: 'PGSTAC_DSN',
    });
  const openBoth = async (pgstac: string, ingest: string) => ({
    pgstac: await open(pgstac),
    ingest: await open(ingest),
  });
  /** What the one server connection has of those who had it before. */
  const readLeft = async ({ pgstac }: Awaited<ReturnType<typeof openBoth>>) => {
    const sql = `SELECT current_user::text AS role, current_setting('search_path') AS path,
      (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS locks,
      (SELECT count(*) FROM pg_prepared_statements) AS prepared,
      ARRAY(SELECT name FROM pg_settings WHERE source = 'session' AND setting <> '' ORDER BY name) AS settings`;
    return (await pgstac.session((session) => session.query(sql)))[0];
  };
  const failed = async (both: Awaited<ReturnType<typeof openBoth>>, platform: Platform) =>
    (await verifyDatabases(both, platform, () => 0)).filter(({ ok }) => !ok);

  test('db init and verify work, twice, and leave nothing on the connection', async () => {
    const one = await openBoth('pgstac', 'pgstac');
    const left = () => readLeft(one);
    const nothing = await left();
    expect(nothing).toMatchObject({ role: 'postgres', path: '"$user", public', locks: '0', prepared: '0' });
    await initialise(one, makePlatform());
    expect(await left()).toEqual(nothing);
    await initialise(one, makePlatform());
    expect(await left()).toEqual(nothing);
    expect(await failed(one, makePlatform())).toEqual([]);
    expect(await left()).toEqual(nothing);
    await Promise.all([one.pgstac.close(), one.ingest.close()]);
  });

  test('pgSTAC is upgraded, by another login than the one that installed it', async () => {
    const later = makePlatform({ databases: { pgstac: { pgstac: '0.10.0' } } });
    const [ann, ben] = [await openBoth('ann', 'ann_ingest'), await openBoth('ben', 'ben_ingest')];
    const nothing = await readLeft(ben);
    expect(nothing).toMatchObject({ role: 'ben', locks: '0', prepared: '0' });
    expect(await initialise(ann, makePlatform())).toMatchObject({ pgstac: 'installed' });
    expect(await initialise(ben, later)).toMatchObject({ pgstac: 'upgraded' });
    expect(await readLeft(ben)).toEqual(nothing);
    expect(await failed(ben, later)).toEqual([]);
    expect(await failed(ann, later)).toEqual([]);
    expect(await initialise(ann, later)).toMatchObject({ pgstac: 'present' });
    for (const both of [ann, ben]) await Promise.all([both.pgstac.close(), both.ingest.close()]);
  });

  test('two that are open at once each have their transactions and their COPY', async () => {
    const databases = [await open(), await open()];
    const counts = await Promise.all(
      databases.map((database, index) =>
        database.transaction(async (session) => {
          await session.run('CREATE TEMPORARY TABLE mine (a integer) ON COMMIT DROP');
          const rows = Array.from({ length: index + 2 }, (_, n) => new TextEncoder().encode(`${n}\n`));
          await session.copyInto({ schema: null, name: 'mine', columns: ['a'] }, rows);
          const [row] = await session.query<{ count: string }>('SELECT count(*) AS count FROM mine WHERE a >= $1', [0]);
          return row?.count;
        }),
      ),
    );
    expect(counts).toEqual(['2', '3']);
    await Promise.all(databases.map((database) => database.close()));
  });
});
