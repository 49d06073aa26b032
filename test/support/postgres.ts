import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { appendFile, chown, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { findProgram } from './programs.ts';
import { type RunResult, runOrThrow } from './run.ts';

export interface PostgresOptions {
  /** The superuser's password. Left out, every login is trusted without one. */
  readonly password?: string;
  /** A loopback address of its own, where it listens at 5432 instead of at a free port of 127.0.0.1. */
  readonly address?: string;
  /** Lines of postgresql.conf, e.g. `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Postgres {
  readonly host: string;
  readonly port: number;
  /** Full path of one of this server's own programs, e.g. `psql`. */
  bin(name: string): string;
  /** User `postgres` on database `postgres`. */
  readonly superuserDsn: string;
  /** A URL. Left out, database and user are `postgres`; the superuser's own password is filled in, another's only when given. */
  dsn(database?: string, user?: string, password?: string): string;
  createDatabase(name: string): Promise<void>;
  /** Runs SQL as the superuser, stopping at the first error; gives the rows as psql prints them unaligned, without headers. */
  psql(sql: string, database?: string): Promise<string>;
  /** Ends the server at once and removes its folder. Happens by itself at the end of the test file. */
  stop(): Promise<void>;
}

const running = new Set<Postgres>();

afterAll(async () => {
  await Promise.all([...running].map((server) => server.stop()));
});

/**
 * A PostgreSQL 15 of the caller's own: a new cluster in a temporary folder, on a free port of 127.0.0.1, as durable as
 * a real one (fsync on). The system's own clusters are never touched. Takes about two seconds.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const bin = findPostgres();
  if (bin === null) throw new Error("no PostgreSQL 15 with PostGIS: put 'postgres15' among the suite's needs");
  const account = findAccount();
  const folder = await mkdtemp(join(realpathSync(tmpdir()), 'platform-postgres-'));
  if (account !== null) await chown(folder, account.uid, account.gid);
  const asOwner: AsOwner = (program, args) => {
    const command = [...(account === null ? [] : ['runuser', '-u', 'postgres', '--']), join(bin, program), ...args];
    return runOrThrow(command[0] ?? '', command.slice(1), { cwd: folder });
  };
  const guard = guardCluster(bin, folder, account !== null);
  try {
    await createCluster(folder, options, asOwner);
    const { address } = options;
    const port = address === undefined ? await startOnFreePort(folder, asOwner) : await start(folder, asOwner, 5432);
    const server = describeServer(bin, address ?? '127.0.0.1', port, options.password, guard);
    running.add(server);
    return server;
  } catch (error) {
    await endGuard(guard);
    throw error;
  }
}

/** The folder of PostgreSQL 15's programs, where PostGIS is installed beside them; null where there is none. */
export function findPostgres(): string | null {
  const config = findProgram('pg_config', ['/usr/lib/postgresql/15/bin']);
  if (config === null) return null;
  const [version, bin, share] = ['--version', '--bindir', '--sharedir'].map((option) =>
    spawnSync(config, [option], { encoding: 'utf8' }).stdout.trim(),
  );
  if (!version?.startsWith('PostgreSQL 15') || bin === undefined || share === undefined) return null;
  return existsSync(join(bin, 'initdb')) && existsSync(join(share, 'extension/postgis.control')) ? bin : null;
}

type AsOwner = (program: string, args: readonly string[]) => Promise<RunResult>;

/** PostgreSQL refuses to run as root, so root lends it the account that the package made; null for anybody else. */
function findAccount(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = ['-u', '-g'].map((option) =>
    spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout.trim(),
  );
  if (!uid || !gid) throw new Error('root needs the account "postgres" to run PostgreSQL as');
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * A process that waits for the end of its input, then ends the cluster and removes the folder. The kernel closes that
 * pipe however we die, a killed Jest worker included, so that nothing is ever left behind.
 */
function guardCluster(bin: string, folder: string, isRoot: boolean): ChildProcess {
  const asOwner = isRoot ? 'runuser -u postgres -- ' : '';
  const script = `cat; cd "$1" && ${asOwner}"$2/pg_ctl" -D "$1/data" -m immediate -w stop; cd / && rm -rf "$1"`;
  const guard = spawn('sh', ['-c', script, 'guard', folder, bin], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}

async function endGuard(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null) return;
  const ended = once(guard, 'exit');
  guard.ref();
  guard.stdin?.end();
  await ended;
}

async function createCluster(folder: string, options: PostgresOptions, asOwner: AsOwner): Promise<void> {
  const data = join(folder, 'data');
  const locale = ['--encoding=UTF8', '--locale=C', '--no-sync'];
  if (options.password === undefined) {
    await asOwner('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', ...locale]);
  } else {
    const file = join(folder, 'password');
    await writeFile(file, `${options.password}\n`);
    await asOwner('initdb', ['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${file}`, ...locale]);
  }
  const listen_addresses = options.address ?? '127.0.0.1';
  const settings = { listen_addresses, unix_socket_directories: '', fsync: 'on', ...options.settings };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await appendFile(join(data, 'postgresql.conf'), lines.join(''));
}

/** Another process may take a port between our asking and the server's start: then with another one. */
async function startOnFreePort(folder: string, asOwner: AsOwner): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await start(folder, asOwner, await findFreePort());
    } catch (error) {
      if (tries === 5 || !(error instanceof Error && error.message.includes('Address already in use'))) throw error;
    }
  }
}

async function start(folder: string, asOwner: AsOwner, port: number): Promise<number> {
  const log = join(folder, 'log');
  try {
    await asOwner('pg_ctl', ['-D', join(folder, 'data'), '-l', log, '-o', `-p ${port}`, '-w', '-t', '60', 'start']);
    return port;
  } catch (cause) {
    throw new Error(`PostgreSQL did not start\n${await readFile(log, 'utf8').catch(() => '')}`, { cause });
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

function describeServer(
  bin: string,
  host: string,
  port: number,
  superuserPassword: string | undefined,
  guard: ChildProcess,
): Postgres {
  const dsn = (
    database = 'postgres',
    user = 'postgres',
    password = user === 'postgres' ? superuserPassword : undefined,
  ) => {
    const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
    return `postgresql://${encodeURIComponent(user)}${secret}@${host}:${port}/${encodeURIComponent(database)}`;
  };
  const psql = async (sql: string, database?: string) => {
    const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', dsn(database), '-f', '-'];
    return (await runOrThrow(join(bin, 'psql'), args, { input: sql })).stdout.trimEnd();
  };
  const server: Postgres = {
    host,
    port,
    bin: (name) => join(bin, name),
    superuserDsn: dsn(),
    dsn,
    psql,
    createDatabase: async (name) => void (await psql(`CREATE DATABASE "${name.replaceAll('"', '""')}"`)),
    stop: async () => {
      running.delete(server);
      await endGuard(guard);
    },
  };
  return server;
}
