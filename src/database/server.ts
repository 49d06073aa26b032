import type pg from 'pg';
import { type CopyTable, type Database, type DatabaseTarget, describeTarget, type Session } from './connection.ts';
import { parseDsn, type ServerAddress } from './dsn.ts';
import { DatabaseFailure, describeError } from './failure.ts';
import { writeCopy } from './quote.ts';
import { chooseTls } from './tls.ts';

export interface ServerOptions {
  /** The environment variable the DSN came from: it names the database in messages. */
  readonly variable: string;
  /** Connections at most; a loader wants one for each partition it writes at once. */
  readonly connections?: number;
  /** Used where the DSN has none, as libpq uses PGUSER, PGPASSWORD and PGSSLROOTCERT. */
  readonly defaultUser?: string | null;
  readonly defaultPassword?: string | null;
  readonly defaultRootCertificate?: string | null;
}

/**
 * Connects once to see that the server answers and lets us in. Works through a transaction pooler: nothing is set on
 * the session, no statement is prepared by name. Throws `DatabaseFailure`.
 */
export async function openServer(dsn: string, options: ServerOptions): Promise<Database> {
  const address = parseDsn(dsn, options.variable, options.defaultUser);
  const { default: driver } = await import('pg');
  const base: pg.PoolConfig = {
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    // A function, because the driver takes an empty password for none and looks for one of its own.
    password: () => address.password ?? options.defaultPassword ?? '',
    application_name: address.applicationName,
    connectionTimeoutMillis: address.connectTimeout * 1000,
    max: options.connections ?? 4,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        asText.has(oid) ? String : driver.types.getTypeParser(oid, format as 'text'),
    },
  };
  const target = nameTarget(address, options.variable);
  try {
    const ssl = await chooseTls(driver, base, address, options.defaultRootCertificate ?? null);
    return makeDatabase(new driver.Pool({ ...base, ssl }), target);
  } catch (error) {
    throw new DatabaseFailure(`${describeTarget(target)}: ${describeError(error)}`, {
      hint: hintFor(error),
      cause: error,
    });
  }
}

/** Where a DSN points, without connecting. Throws `DatabaseFailure`. */
export function readTarget(dsn: string, options: ServerOptions): DatabaseTarget {
  return nameTarget(parseDsn(dsn, options.variable, options.defaultUser), options.variable);
}

function nameTarget({ host, port, database, user }: ServerAddress, variable: string): ServerTarget {
  return { kind: 'server', variable, host, port, database, user };
}

type ServerTarget = Extract<DatabaseTarget, { kind: 'server' }>;

/** `date` and `timestamp` have no time zone: the driver's Date would put them into this machine's. */
const asText = new Set([1082, 1114]);

function hintFor(error: unknown): string {
  const text = describeError(error);
  if (/28P01|28000|password/.test(text))
    return 'check the user and the password of the DSN, and pg_hba.conf or the IAM login on the server';
  if (/3D000/.test(text)) return 'create the database first, or correct its name in the DSN';
  return 'check the host and port of the DSN, and that the server (or the Auth Proxy in front of it) is running and reachable from here';
}

function makeDatabase(pool: pg.Pool, target: ServerTarget): Database {
  // An idle connection that the server ends is replaced by the pool at the next use.
  pool.on('error', () => undefined);
  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw new DatabaseFailure(`${describeTarget(target)}: ${describeError(error)}`, {
        hint: hintFor(error),
        cause: error,
      });
    });
    let broken = false;
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    try {
      return await work(client);
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }
  return {
    target,
    session: (work) => withClient((client) => work(makeSession(client))),
    transaction: (work) =>
      withClient(async (client) => {
        await client.query('BEGIN');
        try {
          const result = await work(makeSession(client));
          await client.query('COMMIT');
          return result;
        } catch (error) {
          // On a connection that is gone the server has rolled back already.
          await client.query('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    close: () => pool.end(),
  };
}

function makeSession(client: pg.PoolClient): Session {
  return {
    query: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) => {
      const result = await client.query<Row & pg.QueryResultRow>(sql, [...parameters]);
      return result.rows;
    },
    run: async (script) => {
      await client.query(script);
    },
    copyInto: (table, rows) => copyRows(client, table, rows),
  };
}

async function copyRows(
  client: pg.PoolClient,
  table: CopyTable,
  rows: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const [{ from }, { pipeline }, { Readable }] = await Promise.all([
    import('pg-copy-streams'),
    import('node:stream/promises'),
    import('node:stream'),
  ]);
  const stream = client.query(from(writeCopy(table, 'STDIN')));
  await pipeline(Readable.from(rows, { objectMode: true }), stream);
  return stream.rowCount;
}
