import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { describeWith } from '../support/needs.ts';
import { type Pgbouncer, startPgbouncer } from '../support/pgbouncer.ts';
import { findFreePort, type Postgres, startPostgres } from '../support/postgres.ts';
import { at, readManifests } from './kubernetes.read.ts';

const login = 'acme-pooler@acme-earth.iam';

describeWith(['postgres15', 'pgbouncer'], 'the pooler, in the real pgbouncer', () => {
  let server: Postgres;

  beforeAll(async () => {
    server = await startPostgres();
    for (const database of ['pgstac', 'ingest']) {
      await server.createDatabase(database);
      await server.psql(
        'CREATE SCHEMA pgstac; CREATE SEQUENCE numbers; GRANT USAGE ON SEQUENCE numbers TO public',
        database,
      );
    }
    await server.psql(`CREATE ROLE "${login}" LOGIN; CREATE ROLE other; GRANT other TO "${login}"`);
  });

  /** The manifest's own configuration and command, in front of what listens on `port`. */
  async function start(mode: string, port = server.port, change = (text: string) => text): Promise<Pgbouncer> {
    const kubernetes = `{ version: "1.36", proxy: { port: ${port} }, pooler: { mode: ${mode}, poolSize: 1 } }`;
    const manifests = readManifests({ kubernetes }, 'pooler.yaml');
    const data = at(manifests[0], 'data') as Record<string, string>;
    const deployment = manifests.find(({ kind }) => kind === 'Deployment');
    const command = at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'command') as string[];
    return await startPgbouncer(change(data['pgbouncer.ini'] ?? ''), { files: data, command });
  }

  async function open(pooler: Pgbouncer, changes: pg.ClientConfig & { search_path?: string } = {}) {
    const { search_path, ...config } = changes;
    const client = new pg.Client({
      host: '127.0.0.1',
      port: pooler.port,
      user: 'pooler',
      database: 'pgstac',
      ...config,
    });
    client.on('error', () => undefined);
    // The driver has no setting for what other drivers send: asyncpg as stac-fastapi-pgstac opens it.
    if (search_path !== undefined) {
      const { connection } = client as unknown as { connection: { startup(settings: object): void } };
      const startup = connection.startup.bind(connection);
      connection.startup = (settings) => startup({ ...settings, search_path });
    }
    await client.connect();
    return client;
  }

  async function ask(client: pg.Client, sql: string): Promise<string> {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows.map((row) => row.join('|')).join('\n');
  }

  const refusal = (opening: Promise<pg.Client>) =>
    opening.then(
      () => 'let in',
      (error: Error) => error.message,
    );

  test.each(['transaction', 'session'])(
    'lends every client its own login and pgSTAC its path, in %s mode',
    async (mode) => {
      const pooler = await start(mode);
      const who = "SELECT session_user, current_database(), current_setting('search_path')";
      const one = await open(pooler);
      expect(await ask(one, who)).toBe(`${login}|pgstac|pgstac, public`);
      await one.end();
      const two = await open(pooler, { database: 'ingest' });
      expect(await ask(two, who)).toMatch(`${login}|ingest|`);
      await two.end();
    },
  );

  test('lets nobody in by another name, to another database, or to its console', async () => {
    const pooler = await start('transaction');
    expect(await refusal(open(pooler, { user: 'postgres' }))).toMatch(/no such user|authentication failed/);
    expect(await refusal(open(pooler, { database: 'postgres' }))).toContain('no such database');
    expect(await refusal(open(pooler, { database: 'pgbouncer' }))).toMatch(/not allowed|no such user/);
  });

  test('takes the search_path that clients of pgSTAC ask for, and refuses one in the options instead of dropping it', async () => {
    const pooler = await start('transaction');
    const client = await open(pooler, { search_path: 'pgstac,public' });
    expect(await ask(client, 'SHOW search_path')).toBe('pgstac, public');
    await client.end();
    expect(await refusal(open(pooler, { options: '-csearch_path=elsewhere' }))).toContain(
      'unsupported startup parameter',
    );
  });

  test.each(['transaction', 'session'])('hands on nothing of what a client leaves, in %s mode', async (mode) => {
    const pooler = await start(mode);
    const leaks = [
      'SET search_path TO elsewhere',
      'SET ROLE other',
      "SET statement_timeout TO '7min'",
      'CREATE TEMPORARY TABLE left_over (a integer)',
      'SELECT pg_advisory_lock(7)',
      'LISTEN something',
      "SELECT set_config('timezone', 'Asia/Tokyo', false)",
      'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
      "SELECT nextval('public.numbers')",
      // In transaction mode newer versions hand prepared statements to whose they are; 1.18 knows none.
      ...(mode === 'session' ? ['PREPARE p AS SELECT 1'] : []),
    ];
    const left = `SELECT current_user, current_setting('search_path'), current_setting('statement_timeout'),
      current_setting('timezone') = 'Asia/Tokyo', to_regclass('pg_temp.left_over'),
      (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), (SELECT count(*) FROM pg_cursors WHERE name = 'c'),
      (SELECT count(*) FROM pg_listening_channels()), (SELECT count(*) FROM pg_prepared_statements)`;
    const leaking = await open(pooler);
    for (const leak of leaks) {
      await leaking.query('RESET ROLE');
      await leaking.query(leak);
    }
    if (mode === 'session') await leaking.end();
    const next = await open(pooler);
    expect(await ask(next, left)).toBe(`${login}|pgstac, public|0|false||0|0|0|0`);
    await expect(next.query('SELECT lastval()')).rejects.toThrow('lastval is not yet defined');
    // asyncpg's pool does so whenever a connection is given back.
    await next.query('RESET ALL');
    if (mode === 'transaction') expect(await ask(next, left)).toBe(`${login}|pgstac, public|0|false||0|0|0|0`);
    await next.end();
    await leaking.end();
  });

  test('logs nothing of a probe', async () => {
    const pooler = await start('transaction');
    const before = pooler.log();
    for (let times = 0; times < 3; times++) {
      const probe = connect(pooler.port, '127.0.0.1');
      await once(probe, 'connect');
      probe.destroy();
      await once(probe, 'close');
    }
    await sleep(100);
    expect(pooler.log()).toBe(before);
  });

  test('lets an open transaction end when it is told to go, and takes no other', async () => {
    const pooler = await start('transaction');
    const busy = await open(pooler);
    const idle = await open(pooler);
    await idle.query('SELECT 1');
    await busy.query('BEGIN');
    await busy.query('CREATE TEMPORARY TABLE half (a integer) ON COMMIT DROP');
    const ended = once(pooler.child, 'exit');
    pooler.child.kill('SIGTERM');
    await sleep(300);
    expect(await ask(busy, 'INSERT INTO half VALUES (1) RETURNING a')).toBe('1');
    await busy.query('COMMIT');
    // Though both clients are still connected.
    expect(await ended).toEqual([0, null]);
    expect(await refusal(open(pooler))).toContain('ECONNREFUSED');
    await Promise.all([busy.end(), idle.end()]);
  });

  test('tells a client when the proxy is gone, and finds it when it is back', async () => {
    const port = await findFreePort();
    const pooler = await start('transaction', port, (text) => {
      expect(text).toContain('client_login_timeout = 15\n');
      return text.replace('client_login_timeout = 15', 'client_login_timeout = 2');
    });
    expect(await refusal(open(pooler))).toContain('server down');
    const proxy = createServer((near) => {
      const far = connect(server.port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const)
        from.pipe(to).on('error', () => to.destroy());
    });
    await once(proxy.listen(port, '127.0.0.1'), 'listening');
    const client = await open(pooler);
    expect(await ask(client, 'SELECT session_user')).toBe(login);
    await client.end();
    proxy.close();
  });
});
