import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, together } from '../../src/database/connection.ts';
import { readSqlState } from '../../src/database/failure.ts';
import { openServer } from '../../src/database/server.ts';
import { isTransient } from '../../src/ingest/load/retry.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

const TABLE = { schema: null, name: 'kept', columns: ['a', 'b'] };
const MEGABYTE = 1024 * 1024;
/** Far more than a connection and its sockets hold. */
const MANY = 200;

/** Rows that are sent before the server says that it takes them, and what becomes of them when it does not. */
describeWith(['postgres15'], 'COPY that does not wait for the server', () => {
  let server: Postgres;
  let database: Database;
  beforeAll(async () => {
    server = await startPostgres();
    database = await openServer(server.superuserDsn, { variable: 'PGSTAC_DSN' });
    await database.session((session) => session.run('CREATE TABLE kept (a integer, b text)'));
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  const count = async () => (await database.session((session) => session.query('SELECT FROM kept'))).length;

  /** Rows of a megabyte, and how many of them were asked for. */
  function makeRows(most: number) {
    const asked = { rows: 0, isLeft: false };
    function* rows() {
      const tail = Buffer.from(`\t${'x'.repeat(MEGABYTE)}\n`);
      try {
        for (; asked.rows < most; asked.rows += 1) yield Buffer.concat([Buffer.from(`${asked.rows}`), tail]);
      } finally {
        asked.isLeft = true;
      }
    }
    return { asked, rows: rows() };
  }

  test('rows are asked for as the server takes them', async () => {
    let unlock = () => undefined as unknown;
    const unlocked = new Promise((resolve) => {
      unlock = () => resolve(undefined);
    });
    const { asked, rows } = makeRows(MANY);
    const locked = database.transaction(async (session) => {
      await session.query('LOCK TABLE kept IN ACCESS EXCLUSIVE MODE');
      await unlocked;
    });
    await sleep(200);
    const copied = database.transaction(async (session) => {
      const result = await together([session.copyInto(TABLE, rows), session.query('SELECT 1 AS one')]);
      await session.run('DELETE FROM kept');
      return result;
    });
    await sleep(500);
    const askedWhileLocked = asked.rows;
    unlock();
    await locked;
    expect(await copied).toEqual([MANY, [{ one: 1 }]]);
    expect(askedWhileLocked).toBeLessThan(MANY / 4);
  });

  test('a row that is refused ends it, however many were to follow, and the connection is of use', async () => {
    const { asked, rows } = makeRows(MANY);
    function* bad() {
      yield Buffer.from('word\tx\n');
      yield* rows;
    }
    const refused = database.session(async (session) => {
      const error = await session.copyInto(TABLE, bad()).catch((reason: unknown) => reason);
      return { error, after: await session.query('SELECT 1 AS one') };
    });
    const { error, after } = await refused;
    expect(readSqlState(error)).toBe('22P02');
    expect(after).toEqual([{ one: 1 }]);
    expect(asked.rows).toBeLessThan(MANY);
    expect(await count()).toBe(0);
  });

  test('in a transaction that has failed already its rows are passed over', async () => {
    const failed = database.transaction((session) =>
      together([session.query('SELECT 1 / 0'), session.copyInto(TABLE, makeRows(20).rows)]),
    );
    expect(readSqlState(await failed.catch((error: unknown) => error))).toBe('22012');
    expect(await count()).toBe(0);
  });

  test('a backend that dies in the middle is a lost connection, and no row is asked for in vain', async () => {
    const { asked, rows } = makeRows(MANY);
    const lost = database.transaction(async (session) => {
      const [backend] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      async function* dying() {
        for (const row of rows) {
          if (asked.rows === 10)
            await database.session((other) => other.query('SELECT pg_terminate_backend($1)', [backend?.pid]));
          yield row;
        }
      }
      await session.copyInto(TABLE, dying());
    });
    expect(isTransient(await lost.catch((error: unknown) => error))).toBe(true);
    await sleep(50);
    expect(asked).toMatchObject({ isLeft: true });
    expect(asked.rows).toBeLessThan(MANY);
    expect(await count()).toBe(0);
  });
});
