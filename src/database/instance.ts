import type { Duplex } from 'node:stream';
import type { Database, ServerTarget } from './connection.ts';
import type { Password } from './credentials.ts';
import { describeError } from './failure.ts';
import { configureLogin, explainEntry, makeDatabase, tryLogin } from './server-pool.ts';

/** A Cloud SQL instance, and one of its databases. */
export interface InstanceAddress {
  /** `project:region:name`. */
  readonly connectionName: string;
  readonly database: string;
  readonly user: string;
}

/** A new connection to the instance, encrypted, in which PostgreSQL speaks. */
export type Dial = () => Duplex;

export interface InstanceOptions {
  /** The environment variable that named it. */
  readonly variable: string;
  /** Seconds to wait for a connection at most. */
  readonly longestConnect: number;
  /** Connections at most. */
  readonly connections: number;
  /** Of a login that is the database's own; null: the instance knows by IAM who it is. */
  readonly password: string | null;
  /** Asks the Cloud SQL Admin API where the instance is and for a certificate. Throws `DatabaseFailure`. */
  readonly prepare: () => Promise<Dial>;
  /** From where its address can be reached. */
  readonly reach: string;
}

/** As `openServer`, for an instance. Throws `DatabaseFailure`. */
export async function openInstance(address: InstanceAddress, options: InstanceOptions): Promise<Database> {
  const { variable, longestConnect, connections } = options;
  const target = nameInstance(address, variable);
  const password: Password = {
    kind: 'given',
    read: async () => options.password ?? '',
    forget: () => undefined,
  };
  const hintFor = (error: unknown) => adviseEntry(error, address.user, options);
  try {
    const stream = await options.prepare();
    const { default: driver } = await import('pg');
    const { database, user } = address;
    const connectTimeouts = [longestConnect];
    const login = { database, user, password, applicationName: 'platform', connectTimeouts, connections };
    // Encrypted by the connector: to the driver it is plain.
    const config = { ...configureLogin(driver, login), stream, ssl: false };
    await tryLogin(driver, config);
    return makeDatabase(driver, new driver.Pool(config), { target, password, hintFor });
  } catch (error) {
    throw explainEntry(error, { target, hintFor });
  }
}

/** Where it is, in words that may be shown. */
export function nameInstance({ connectionName, database, user }: InstanceAddress, variable: string): ServerTarget {
  return { kind: 'server', variable, host: connectionName, port: null, database, user };
}

function adviseEntry(error: unknown, user: string, { password, reach }: InstanceOptions): string {
  const text = describeError(error);
  const isRefused = /28P01|28000|password/.test(text);
  if (isRefused && password !== null)
    return `check the password in PGPASSWORD: ${user} is a login of the database’s own, since it is no address of Google’s`;
  if (isRefused)
    return `the instance lets in by IAM whom access.people or access.workloads of the spec name, once terraform is applied (a database user, and roles/cloudsql.instanceUser); ?user=… in the DSN says another login than ${user}`;
  if (/3D000/.test(text)) return 'create the database first (terraform apply does), or correct its name in the DSN';
  if (/certificate|\bCN\b/i.test(text))
    return 'what answers at the instance’s address is not that instance: look at the routes of the network';
  return reach;
}
