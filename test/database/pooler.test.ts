import { beforeAll, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { verifyDatabases } from '../../src/database/verify.ts';
import { describeWith } from '../support/needs.ts';
import { startPgbouncer } from '../support/pgbouncer.ts';
import { startPostgres } from '../support/postgres.ts';
import { initialise, makePlatform } from './support.ts';

describeWith(['postgres15', 'pgbouncer', 'python'], 'a transaction pooler in between', () => {
  let port: number;

  beforeAll(async () => {
    const server = await startPostgres();
    await server.createDatabase('pgstac');
    // One server connection for everybody, and nothing that cleans it: whatever one leaves behind, the next one meets.
    const pooler = await startPgbouncer(`[databases]
* = host=127.0.0.1 port=${server.port} user=postgres
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

  const open = () =>
    openServer(`host=127.0.0.1 port=${port} user=postgres dbname=pgstac sslmode=disable`, { variable: 'PGSTAC_DSN' });

  test('db init and verify work, twice, and leave nothing on the connection', async () => {
    const one = { pgstac: await open(), ingest: await open() };
    const left = async () => {
      const sql = `SELECT current_user::text AS role, current_setting('search_path') AS path,
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS locks,
        (SELECT count(*) FROM pg_prepared_statements) AS prepared`;
      return (await one.ingest.session((session) => session.query(sql)))[0];
    };
    const nothing = await left();
    expect(nothing).toEqual({ role: 'postgres', path: '"$user", public', locks: '0', prepared: '0' });
    await initialise(one, makePlatform());
    expect(await left()).toEqual(nothing);
    await initialise(one, makePlatform());
    expect(await left()).toEqual(nothing);
    const checks = await verifyDatabases(one, makePlatform(), () => 0);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(await left()).toEqual(nothing);
    await Promise.all([one.pgstac.close(), one.ingest.close()]);
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
