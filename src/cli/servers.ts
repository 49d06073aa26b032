import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, DatabaseTarget } from '../database/connection.ts';
import type { OwnServer } from '../database/credentials.ts';
import { parseDsn, type ServerAddress } from '../database/dsn.ts';
import { DatabaseFailure } from '../database/failure.ts';
import { nameInstance, openInstance } from '../database/instance.ts';
import { type InstanceDsn, parseInstanceDsn } from '../database/instance-dsn.ts';
import { findPassword } from '../database/passfile.ts';
import { openServer, readTarget } from '../database/server.ts';
import { findOwnMachine } from '../model/own-machine.ts';
import type { Platform } from '../model/platform.ts';
import { choosePeoplesWay } from '../model/proxy-way.ts';
import { adviseReach } from './advise-reach.ts';
import { CommandError, type Context } from './context.ts';
import { type Instances, openInstances } from './instances.ts';
import { openSecrets, type Secrets } from './secrets.ts';

/** A server that the environment names. */
export interface Server {
  readonly target: DatabaseTarget;
  /** Waits for a connection for so many seconds at most; left out: as the DSN says. Throws `DatabaseFailure`. */
  open(longestConnect?: number): Promise<Database>;
}

/** The variables that name both servers; null where none is set and the embedded database is meant. */
export function findServers({ env }: Context): { readonly pgstac: string; readonly ingest: string } | null {
  const pgstac = env['PGSTAC_DSN'] ? 'PGSTAC_DSN' : 'PGSTAC_URI';
  const ingest = 'INGEST_DB_DSN';
  if (env[pgstac] && env[ingest]) return { pgstac, ingest };
  if (env[pgstac] || env[ingest]) {
    const [set, missing] = env[pgstac] ? [pgstac, ingest] : [ingest, 'PGSTAC_DSN'];
    throw new CommandError(4, `${set} is set, but ${missing} is not`, {
      hint: `set both (they may name the same database), or neither for the embedded one`,
    });
  }
  if (env['KUBERNETES_SERVICE_HOST']) {
    throw new CommandError(
      4,
      'neither PGSTAC_DSN nor INGEST_DB_DSN is set, and in a pod there is no embedded database',
      {
        hint: 'give the pod both, as configs/metaflow_gcp.yaml names them',
      },
    );
  }
  return null;
}

/** What servers are found and entered with, beyond the environment. */
export interface Google {
  readonly secrets: Secrets;
  readonly instances: Instances;
  close(): Promise<void>;
}

export function openGoogle(context: Context): Google {
  const [secrets, instances] = [openSecrets(), openInstances(context)];
  return {
    secrets,
    instances,
    close: async () => {
      await Promise.all([secrets.close(), instances.close()]);
    },
  };
}

/** The server that a variable names, with what the rest of the environment, the spec and Google say of it. */
export async function describeServer(
  context: Context,
  platform: Platform,
  database: 'pgstac' | 'ingest',
  variable: string,
  google: Google,
): Promise<Server> {
  const instance = parseInstanceDsn(context.env[variable] ?? '', variable);
  return instance === null
    ? await describeAddress(context, platform, database, variable, google.secrets)
    : await describeInstance(context, platform, database, { variable, instance }, google.instances);
}

async function describeAddress(
  context: Context,
  platform: Platform,
  database: 'pgstac' | 'ingest',
  variable: string,
  secrets: Secrets,
): Promise<Server> {
  const { env } = context;
  const dsn = env[variable] ?? '';
  const defaultUser = env['PGUSER'] || env['USER'] || null;
  const address = parseDsn(dsn, variable, defaultUser);
  const options = {
    variable,
    defaultUser,
    defaultPassword: env['PGPASSWORD'] ?? (await readPassfile(context, address)),
    defaultRootCertificate: env['PGSSLROOTCERT'] || null,
    connections: countConnections(platform),
    own: describeOwn(platform, database, address, secrets),
  };
  return {
    target: readTarget(dsn, options),
    open: (longestConnect = 0) => openServer(dsn, { ...options, longestConnect }),
  };
}

/** Seconds, as of a DSN that does not say it. */
const patience = 15;

async function describeInstance(
  { env }: Context,
  platform: Platform,
  database: 'pgstac' | 'ingest',
  { variable, instance }: { readonly variable: string; readonly instance: InstanceDsn },
  instances: Instances,
): Promise<Server> {
  const { connectionName, way } = instance;
  const user = instance.user ?? (await nameVariable(variable, () => instances.findLogin()));
  // IAM's logins are addresses, and the database's own are not.
  const byIam = user.includes('@');
  const password = byIam ? null : (env['PGPASSWORD'] ?? null);
  if (!byIam && password === null)
    throw new DatabaseFailure(`${variable}: ${user} is a login with a password, and PGPASSWORD is not set`, {
      hint: 'set it, or name a login of IAM’s in the DSN: ?user=ADDRESS',
    });
  const address = { connectionName, database: instance.database ?? platform.databases[database].name, user };
  const prepare = () => instances.prepare({ connectionName, way: way ?? choosePeoplesWay(platform), byIam });
  const common = { variable, connections: countConnections(platform), password, prepare };
  return {
    target: nameInstance(address, variable),
    open: (longestConnect = patience) =>
      openInstance(address, { ...common, longestConnect, reach: adviseReach(platform) }),
  };
}

async function nameVariable<T>(variable: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseFailure)) throw error;
    throw new DatabaseFailure(`${variable}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/** For a shard's batches, and for what is asked and noted beside them: the ledger, the lease, the log. */
function countConnections({ pipelines }: Platform): number {
  return Math.max(2, ...pipelines.map(({ connections }) => connections)) + 3;
}

/** libpq's PGPASSFILE, else ~/.pgpass. As libpq does, one that others may read is passed over, and said. */
async function readPassfile({ env, stderr }: Context, address: ServerAddress): Promise<string | null> {
  if (address.password !== null) return null;
  const path = env['PGPASSFILE'] || (env['HOME'] ? join(env['HOME'], '.pgpass') : null);
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || found?.isFile() !== true) return null;
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    stderr.write(`${path} is not used: others may read it (chmod 600)\n`);
    return null;
  }
  return findPassword(await readFile(path, 'utf8'), address);
}

/** The secrets of a machine of the platform's own. */
function describeOwn(
  platform: Platform,
  database: 'pgstac' | 'ingest',
  { host, database: name, user, tls }: ServerAddress,
  secrets: Secrets,
): OwnServer | null {
  const machine = findOwnMachine(platform, database, {
    host,
    database: name,
    verified: tls.mode === 'verify-full',
  });
  if (machine === null) return null;
  const read = (secret: string) => secrets.read(`projects/${platform.gcp.project}/secrets/${secret}`);
  const readPassword = async () => {
    // The startup script reads it as `$(…)` does, without newlines at its end, and makes another where nothing is left.
    const password = (await read(machine.passwordSecret)).replace(/\n+$/, '');
    if (password !== '') return password;
    throw new DatabaseFailure(`the newest version of the secret ${machine.passwordSecret} is empty`, {
      hint: 'the machine adds another when its startup script runs (`sudo google_metadata_script_runner startup` on it)',
    });
  };
  return {
    readCertificate: () => read(machine.caSecret),
    readPassword: user === machine.login ? readPassword : null,
  };
}
