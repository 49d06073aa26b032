import type pg from 'pg';
import { type Database, type DatabaseTarget, describeTarget } from './connection.ts';
import { findCredentials, type KnownCredentials, type Password } from './credentials.ts';
import { parseDsn, type ServerAddress } from './dsn.ts';
import { DatabaseFailure, describeError, readSqlState } from './failure.ts';
import { makeSession } from './server-session.ts';
import { chooseTls } from './tls.ts';

export interface ServerOptions extends KnownCredentials {
  /** Seconds to wait for a connection at most, whatever the DSN says; left out: as the DSN says. */
  readonly longestConnect?: number;
  /** The environment variable the DSN came from: it names the database in messages. */
  readonly variable: string;
  /** Connections at most; a loader wants one for each partition it writes at once. */
  readonly connections?: number;
  /** Used where the DSN has none, as libpq uses PGUSER. */
  readonly defaultUser?: string | null;
}

/**
 * Connects once to see that the server answers and lets us in. Works through a transaction pooler: nothing is set on
 * the session, no statement is prepared by name. Throws `DatabaseFailure`.
 */
export async function openServer(dsn: string, options: ServerOptions): Promise<Database> {
  const address = parseDsn(dsn, options.variable, options.defaultUser);
  const target = nameTarget(address, options.variable);
  let password: Password | null = null;
  try {
    const credentials = await findCredentials(address, options);
    password = credentials.password;
    const { default: driver } = await import('pg');
    const base = configure(driver, address, password, options);
    const ssl = await chooseTls(driver, base, address.host, credentials);
    return makeDatabase(driver, new driver.Pool({ ...base, ssl }), target, password);
  } catch (error) {
    throw explain(error, target, password);
  }
}

function configure(
  driver: typeof pg,
  address: ServerAddress,
  password: Password,
  { connections = 4, longestConnect = 0 }: ServerOptions,
): pg.PoolConfig {
  // 0 is no limit.
  const limits = [address.connectTimeout, longestConnect].filter((seconds) => seconds > 0);
  return {
    host: address.hostAddress ?? address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    // A function, because the driver takes an empty password for none and looks for one of its own.
    password: password.read,
    application_name: address.applicationName,
    connectionTimeoutMillis: limits.length === 0 ? 0 : Math.min(...limits) * 1000,
    max: connections,
    // A statement is sent when it is asked for, and not once the one before it was answered.
    pipeline: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        asText.has(oid) ? String : driver.types.getTypeParser(oid, format as 'text'),
    },
  };
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

/** A connection that was not had. What already is a failure says more than its place in it. */
function explain(error: unknown, target: ServerTarget, password: Password | null): DatabaseFailure {
  const message = error instanceof DatabaseFailure ? error.message : describeError(error);
  const hint = error instanceof DatabaseFailure ? error.hint : hintFor(error, password);
  return new DatabaseFailure(`${describeTarget(target)}: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

function hintFor(error: unknown, password: Password | null): string {
  const text = describeError(error);
  if (/28P01/.test(text) && password?.kind === 'stored')
    return 'Secret Manager has another password than the server: the machine sets the newest when its startup script runs (`sudo google_metadata_script_runner startup` on it)';
  if (/28P01|28000|password/.test(text))
    return 'check the user and the password of the DSN, and pg_hba.conf or the IAM login on the server';
  if (/3D000/.test(text)) return 'create the database first, or correct its name in the DSN';
  if (/certificate/i.test(text))
    return 'the server did not prove that it is the one: check the host of the DSN, and that sslrootcert is the certificate of the server’s own CA';
  return 'check the host and port of the DSN, and that the server (or the Auth Proxy in front of it) is running and reachable from here';
}

function makeDatabase(driver: typeof pg, pool: pg.Pool, target: ServerTarget, password: Password): Database {
  // An idle connection that the server ends is replaced by the pool at the next use. One that it ends in the moment it
  // is handed over is nobody's yet, and an error that nobody hears would end the process: each has a listener from its
  // first moment on. Whether it is broken the pool knows when it is given back.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await connect(pool, password).catch((error: unknown) => {
      throw explain(error, target, password);
    });
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }
  return {
    target,
    session: (work) =>
      withClient(async (client) => {
        const session = makeSession(driver, client);
        try {
          return await work(session);
        } finally {
          await session.rest();
        }
      }),
    transaction: (work) =>
      withClient(async (client) => {
        const session = makeSession(driver, client);
        try {
          // Waited for: what follows a BEGIN that failed (somebody may cancel it) would be committed at once.
          await session.run('BEGIN');
          const result = await work(session);
          await session.run('COMMIT');
          return result;
        } catch (error) {
          // On a connection that is gone the server has rolled back already.
          await session.run('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    close: () => pool.end(),
  };
}

/** A stored password that is refused may have been changed since it was read: then with the one that is there now. */
async function connect(pool: pg.Pool, password: Password): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    if (password.kind !== 'stored' || readSqlState(error) !== '28P01') throw error;
    password.forget();
    return await pool.connect();
  }
}
