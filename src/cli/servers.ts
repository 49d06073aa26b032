import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnServer } from '../database/credentials.ts';
import { parseDsn, type ServerAddress } from '../database/dsn.ts';
import { DatabaseFailure } from '../database/failure.ts';
import { findPassword } from '../database/passfile.ts';
import type { ServerOptions } from '../database/server.ts';
import { findOwnMachine } from '../model/own-machine.ts';
import type { Platform } from '../model/platform.ts';
import { CommandError, type Context } from './context.ts';
import type { Secrets } from './secrets.ts';

/** A server that the environment names: what `openServer` takes. */
export type Server = readonly [dsn: string, options: ServerOptions];

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

/** The DSN of a variable, and what the rest of the environment, and Secret Manager, say of its server. */
export async function describeServer(
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
  return [
    dsn,
    {
      variable,
      defaultUser,
      defaultPassword: env['PGPASSWORD'] ?? (await readPassfile(context, address)),
      defaultRootCertificate: env['PGSSLROOTCERT'] || null,
      connections: countConnections(platform),
      own: describeOwn(platform, database, address, secrets),
    },
  ];
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
