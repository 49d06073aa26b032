import type pg from 'pg';
import { type Database, describeTarget, type ServerTarget } from './connection.ts';
import type { Password } from './credentials.ts';
import { DatabaseFailure, describeError, readSqlState } from './failure.ts';
import { makeSession } from './server-session.ts';

/** How a server is entered, and what to do where it is not. */
export interface Entry {
  readonly target: ServerTarget;
  readonly password: Password;
  readonly hintFor: (error: unknown) => string;
}

export interface Login {
  readonly database: string;
  readonly user: string;
  readonly password: Password;
  readonly applicationName: string;
  /** Seconds; 0 is no limit. */
  readonly connectTimeouts: readonly number[];
  /** Connections at most. */
  readonly connections: number;
}

/** What the driver is told of a login, wherever the server is. */
export function configureLogin(driver: typeof pg, login: Login): pg.PoolConfig {
  const limits = login.connectTimeouts.filter((seconds) => seconds > 0);
  return {
    database: login.database,
    user: login.user,
    // A function, because the driver takes an empty password for none and looks for one of its own.
    password: login.password.read,
    application_name: login.applicationName,
    connectionTimeoutMillis: limits.length === 0 ? 0 : Math.min(...limits) * 1000,
    max: login.connections,
    // A statement is sent when it is asked for, and not once the one before it was answered.
    pipeline: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        asText.has(oid) ? String : driver.types.getTypeParser(oid, format as 'text'),
    },
  };
}

/** `date` and `timestamp` have no time zone: the driver's Date would put them into this machine's. */
const asText = new Set([1082, 1114]);

/** Logs in once, and leaves no connection behind, as a pool does of a login that fails. Throws what the driver does. */
export async function tryLogin(driver: typeof pg, config: pg.ClientConfig): Promise<void> {
  const client = new driver.Client(config);
  // A connection that breaks later than its own error would otherwise end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A connection that was not had. What already is a failure says more than its place in it. */
export function explainEntry(error: unknown, { target, hintFor }: Pick<Entry, 'target' | 'hintFor'>): DatabaseFailure {
  const message = error instanceof DatabaseFailure ? error.message : describeError(error);
  const hint = error instanceof DatabaseFailure ? error.hint : hintFor(error);
  return new DatabaseFailure(`${describeTarget(target)}: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

export function makeDatabase(driver: typeof pg, pool: pg.Pool, entry: Entry): Database {
  // An idle connection that the server ends is replaced by the pool at the next use. One that it ends in the moment it
  // is handed over is nobody's yet, and an error that nobody hears would end the process: each has a listener from its
  // first moment on. Whether it is broken the pool knows when it is given back.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await connect(pool, entry.password).catch((error: unknown) => {
      throw explainEntry(error, entry);
    });
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }
  return {
    target: entry.target,
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
