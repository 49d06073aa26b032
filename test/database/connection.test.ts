import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Database, together } from '../../src/database/connection.ts';
import { frameRows } from '../../src/database/copy-binary.ts';
import { openEmbedded } from '../../src/database/embedded.ts';
import { readSqlState } from '../../src/database/failure.ts';
import { openServer } from '../../src/database/server.ts';
import { isTransient } from '../../src/ingest/load/retry.ts';
import { listenOn } from '../support/listen.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What both kinds of database must do alike. */
function behavesLikeOne(open: () => Promise<Database>): void {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await database.session((session) =>
      session.run('CREATE TABLE kept (a integer, b text); CREATE TABLE other (a bytea)'),
    );
  });
  afterAll(() => database?.close());

  test('values come back as text where a Number or a Date would change them', async () => {
    const rows = await database.session((session) =>
      session.query(
        `SELECT 9007199254740993::int8 AS big, 1::int8 AS small, 1.50::numeric AS exact, '2024-01-31'::date AS day,
           '2024-01-31 10:00'::timestamp AS local, '2024-01-31T10:00:00Z'::timestamptz AS instant,
           '{"a":[1]}'::jsonb AS json, '\\x00ff'::bytea AS bytes, ARRAY['a','b,"'] AS list, NULL AS nothing`,
      ),
    );
    expect(rows).toEqual([
      {
        big: '9007199254740993',
        small: '1',
        exact: '1.50',
        day: '2024-01-31',
        local: '2024-01-31 10:00:00',
        instant: new Date('2024-01-31T10:00:00Z'),
        json: { a: [1] },
        bytes: expect.anything(),
        list: ['a', 'b,"'],
        nothing: null,
      },
    ]);
    expect([...((rows[0] as { bytes: Uint8Array }).bytes ?? [])]).toEqual([0, 255]);
  });

  test('parameters go in unharmed', async () => {
    const hostile = `'; DROP TABLE kept; -- "\\ $1 ü\n`;
    const sql =
      'SELECT $1::text AS text, $2::int8 AS big, $3::bytea AS bytes, $4::text[] AS list, $5::jsonb AS json, $6::boolean AS yes, $7::text AS nothing';
    const parameters = [hostile, '9007199254740993', Uint8Array.of(0, 255), [hostile, null], '{"a":1}', true, null];
    const [row] = await database.session((session) => session.query<{ bytes: Uint8Array }>(sql, parameters));
    expect({ ...row, bytes: [...(row?.bytes ?? [])] }).toEqual({
      text: hostile,
      big: '9007199254740993',
      bytes: [0, 255],
      list: [hostile, null],
      json: { a: 1 },
      yes: true,
      nothing: null,
    });
  });

  test('a transaction is kept whole or not at all, and the connection stays usable', async () => {
    await database.transaction((session) => session.query('INSERT INTO kept VALUES (1, $1)', ['kept']));
    const failed = database.transaction(async (session) => {
      await session.query('INSERT INTO kept VALUES (2, NULL)');
      await session.query('SELECT 1 / 0');
    });
    await expect(failed).rejects.toThrow('division by zero');
    expect(readSqlState(await failed.catch((error: unknown) => error))).toBe('22012');
    expect(await database.session((session) => session.query('SELECT a FROM kept'))).toEqual([{ a: 1 }]);
  });

  test('COPY takes rows in pieces that end anywhere, and an error of it rolls back', async () => {
    async function* pieces() {
      yield bytes('10\tä');
      yield bytes('\\\\b\n11\t\\N\n');
    }
    const table = { schema: 'public', name: 'kept', columns: ['a', 'b'] };
    const count = await database.transaction((session) => session.copyInto(table, pieces()));
    expect(count).toBe(2);
    const read = () => database.session((session) => session.query('SELECT a, b FROM kept WHERE a >= 10 ORDER BY a'));
    expect(await read()).toEqual([
      { a: 10, b: 'ä\\b' },
      { a: 11, b: null },
    ]);
    const bad = database.transaction((session) => session.copyInto(table, [bytes('12\tx\n'), bytes('word\tx\n')]));
    expect(readSqlState(await bad.catch((error: unknown) => error))).toBe('22P02');
    expect(await read()).toHaveLength(2);
  });

  test('COPY takes rows in the binary format', async () => {
    const row = (a: number, b: string | null) => {
      const [field, text] = [Buffer.alloc(14), Buffer.from(b ?? '')];
      field.writeInt16BE(2);
      field.writeInt32BE(4, 2);
      field.writeInt32BE(a, 6);
      field.writeInt32BE(b === null ? -1 : text.length, 10);
      return Buffer.concat([field, text]);
    };
    const table = { schema: 'public', name: 'kept', columns: ['a', 'b'], format: 'binary' } as const;
    const copy = (rows: readonly Buffer[]) =>
      database.transaction((session) => session.copyInto(table, frameRows(rows)));
    expect(await copy([row(30, 'ä\\b\t\n'), row(31, null), row(32, '')])).toBe(3);
    expect(await copy([])).toBe(0);
    await expect(copy([row(33, 'x').subarray(1)])).rejects.toThrow();
    const read = () => database.session((session) => session.query('SELECT a, b FROM kept WHERE a >= 30 ORDER BY a'));
    expect(await read()).toEqual([
      { a: 30, b: 'ä\\b\t\n' },
      { a: 31, b: null },
      { a: 32, b: '' },
    ]);
  });

  test('rows that cannot be read on leave nothing behind', async () => {
    function* torn() {
      yield bytes('20\tx\n');
      throw new Error('the file ended');
    }
    const table = { schema: null, name: 'kept', columns: ['a', 'b'] };
    await expect(database.transaction((session) => session.copyInto(table, torn()))).rejects.toThrow('the file ended');
    expect(await database.session((session) => session.query('SELECT 1 AS one FROM kept WHERE a = 20'))).toEqual([]);
  });

  test('statements that do not wait for each other run in the order they were asked for', async () => {
    const lines = [...Array(1000).keys()].map((n) => bytes(`${1000 + n}\t${'x'.repeat(5000)}\n`));
    const read = 'SELECT count(*)::int AS rows FROM kept WHERE a >= 1000';
    const table = { schema: null, name: 'kept', columns: ['a', 'b'] };
    const answers = await database.transaction((session) =>
      together([
        session.query(read),
        session.copyInto(table, lines),
        session.query(read),
        session.query('DELETE FROM kept WHERE a >= $1', [1000]),
        session.copyInto(table, lines.slice(0, 1)),
        session.query(read),
      ]),
    );
    expect(answers).toEqual([[{ rows: 0 }], 1000, [{ rows: 1000 }], [], 1, [{ rows: 1 }]]);
  });

  test('what fails first is thrown, and the connection stays usable', async () => {
    const failed = database.transaction((session) =>
      together([
        session.copyInto({ schema: null, name: 'kept', columns: ['a'] }, [bytes('word\n')]),
        session.copyInto({ schema: null, name: 'kept', columns: ['a'] }, [bytes('40\n')]),
        session.query('SELECT 1 / 0'),
      ]),
    );
    expect(readSqlState(await failed.catch((error: unknown) => error))).toBe('22P02');
    expect(await database.session((session) => session.query('SELECT 1 AS one FROM kept WHERE a = 40'))).toEqual([]);
  });

  test('many sessions at once all get their turn', async () => {
    const answers = Array.from({ length: 20 }, (_, n) =>
      database.session((session) => session.query('SELECT $1::int AS n', [n])),
    );
    expect((await Promise.all(answers)).map(([row]) => (row as { n: number }).n)).toEqual([...Array(20).keys()]);
  });
}

describe('the embedded database', () => {
  const folder = makeTemporaryFolder('embedded');
  behavesLikeOne(() => openEmbedded(join(folder, 'one'), { onWait: () => undefined }));

  test('asking for a session inside a session is refused instead of waiting for ever', async () => {
    const database = await openEmbedded(join(folder, 'two'), { onWait: () => undefined });
    await expect(database.session(() => database.session(async () => 1))).rejects.toThrow('inside another');
    await database.close();
  });

  test('what is left of a damaged one is not taken for a new folder', async () => {
    const damaged = join(folder, 'damaged');
    const open = () => openEmbedded(damaged, { onWait: () => undefined });
    await (await open()).close();
    rmSync(join(damaged, 'data/PG_VERSION'));
    await expect(open()).rejects.toThrow(/does not open: .*PG_VERSION/);
    expect(existsSync(join(damaged, 'data/PG_VERSION'))).toBe(false);
  });

  test('a second process waits, is told who holds the folder, and sees what the first one wrote', async () => {
    const shared = join(folder, 'shared');
    const database = await openEmbedded(shared, { onWait: () => undefined });
    await database.session((session) => session.run('CREATE TABLE t AS SELECT 42 AS answer'));
    const loader = pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href;
    const child = fork(join(projectRoot, 'test/database/open-embedded.fixture.ts'), [shared], {
      env: { ...process.env, NODE_OPTIONS: '' },
      execArgv: ['--import', loader],
    });
    const messages: string[] = [];
    child.on('message', (message) => messages.push(String(message)));
    await once(child, 'message');
    expect(messages).toEqual([`waits for ${process.pid}`]);
    await database.close();
    await once(child, 'exit');
    expect(messages.slice(1)).toEqual(['answer 42']);
  });
});

describeWith(['postgres15'], 'a server', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ password: "it's $ecret" });
  });
  const variable = 'PGSTAC_DSN';
  behavesLikeOne(async () => openServer(server.superuserDsn, { variable }));

  test('key=value words name it as well', async () => {
    const dsn = `host=127.0.0.1 port=${server.port} user=postgres password='it\\'s $ecret' dbname=postgres sslmode=disable`;
    const database = await openServer(dsn, { variable });
    expect(await database.session((session) => session.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    await database.close();
  });

  test('a connection that is ended in the moment it is made fails who uses it, and nobody else', async () => {
    const proxy = await startProxy(server.port);
    const database = await openServer(server.superuserDsn.replace(`:${server.port}`, `:${proxy.port}`), { variable });
    const ask = () => database.session((session) => session.query('SELECT 1 AS one'));
    proxy.isEnding = true;
    for (let times = 0; times < 3; times += 1) {
      const failure = await ask().catch((error: unknown) => error);
      expect([failure, isTransient(failure)]).toEqual([expect.any(Error), true]);
    }
    proxy.isEnding = false;
    expect(await ask()).toEqual([{ one: 1 }]);
    await database.close();
    proxy.server.close();
  });

  test.each([
    [
      'a wrong password',
      () => server.dsn('postgres', 'postgres', 'wr0ng'),
      /PGSTAC_DSN.*127\.0\.0\.1:\d+ as postgres.*28P01/,
    ],
    ['no password', () => `postgresql://postgres@127.0.0.1:${server.port}/postgres`, /PGSTAC_DSN.*password/],
    ['an unknown database', () => server.dsn('nowhere'), /PGSTAC_DSN \(database nowhere.*3D000/],
    ['TLS that the server lacks', () => `${server.superuserDsn}?sslmode=require`, /PGSTAC_DSN.*SSL/],
    [
      'nobody listening',
      () => 'postgresql://me:s3cret@127.0.0.1:1/x',
      /PGSTAC_DSN.*127\.0\.0\.1:1 as me.*ECONNREFUSED/,
    ],
  ])('%s is said with the variable and the place, never the password', async (_, dsn, said) => {
    const failure = (await openServer(dsn(), { variable }).catch((error: unknown) => error)) as Error;
    expect(failure.name).toBe('DatabaseFailure');
    expect(failure.message).toMatch(said);
    expect(JSON.stringify([failure.message, failure])).not.toMatch(/wr0ng|s3cret|ecret/);
  });
});

/** PostgreSQL's ReadyForQuery, and a FATAL error as of pg_terminate_backend (its documentation, 'Message Formats'). */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const fields = 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
const TERMINATED = Buffer.from(`E\0\0\0${String.fromCharCode(4 + fields.length)}${fields}`, 'latin1');

/** In front of a server: while `isEnding`, each connection is ended by the very bytes that say it is ready. */
async function startProxy(port: number) {
  const proxy = { port: 0, isEnding: false, server: createServer() };
  proxy.server.on('connection', (client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    client.pipe(upstream);
    upstream.on('end', () => client.end());
    upstream.on('data', (bytes: Buffer) => {
      if (!proxy.isEnding || !bytes.subarray(-READY.length).equals(READY)) return client.write(bytes);
      client.end(Buffer.concat([bytes, TERMINATED]));
      return upstream.destroy();
    });
  });
  proxy.port = await listenOn(proxy.server);
  return proxy;
}
