import type { Database, DatabaseTarget, ServerTarget } from './connection.ts';
import { findCredentials, type KnownCredentials, type Password } from './credentials.ts';
import { parseDsn, type ServerAddress } from './dsn.ts';
import { describeError } from './failure.ts';
import { configureLogin, explainEntry, makeDatabase } from './server-pool.ts';
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
  const hint = (error: unknown) => hintFor(error, password);
  try {
    const credentials = await findCredentials(address, options);
    password = credentials.password;
    const { default: driver } = await import('pg');
    const { database, user, applicationName, connectTimeout } = address;
    const connectTimeouts = [connectTimeout, options.longestConnect ?? 0];
    const login = { database, user, password, applicationName, connectTimeouts, connections: options.connections ?? 4 };
    const place = { host: address.hostAddress ?? address.host, port: address.port };
    const base = { ...place, ...configureLogin(driver, login) };
    const ssl = await chooseTls(driver, base, address.host, credentials);
    return makeDatabase(driver, new driver.Pool({ ...base, ssl }), { target, password, hintFor: hint });
  } catch (error) {
    throw explainEntry(error, { target, hintFor: hint });
  }
}

/** Where a DSN points, without connecting. Throws `DatabaseFailure`. */
export function readTarget(dsn: string, options: ServerOptions): DatabaseTarget {
  return nameTarget(parseDsn(dsn, options.variable, options.defaultUser), options.variable);
}

function nameTarget({ host, port, database, user }: ServerAddress, variable: string): ServerTarget {
  return { kind: 'server', variable, host, port, database, user };
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
