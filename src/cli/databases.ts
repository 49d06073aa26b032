import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, type DatabaseTarget, describePlace } from '../database/connection.ts';
import { DatabaseFailure, describeError, readSqlState } from '../database/failure.ts';
import { type InitialiseReport, type InitialiseScripts, initialiseDatabases } from '../database/initialise.ts';
import type { Migration } from '../database/migrations.ts';
import { listMissingParts } from '../database/missing-parts.ts';
import { listSqlScripts } from '../emit/sql.ts';
import { isLostConnection } from '../ingest/load/retry.ts';
import type { Platform } from '../model/platform.ts';
import { adviseInit, withStartupAdvice } from './advise-init.ts';
import { CommandError, type Context } from './context.ts';
import { openEmbeddedFolder } from './embedded.ts';
import type { LoadedPlatform } from './load.ts';
import { obtainRelease, obtainSteps } from './release-ports.ts';
import { describeServer, findServers, openGoogle, type Server } from './servers.ts';

export type Loaded = LoadedPlatform;

export interface Databases {
  readonly pgstac: Database;
  /** The same object as `pgstac` where the embedded database serves as both. */
  readonly ingest: Database;
  /** True where the embedded database was made just now. */
  readonly isNew: boolean;
  close(): Promise<void>;
}

/**
 * Opens both databases that the environment names, or the embedded one where it names none, and prints first which
 * they are. With `create: false` an embedded database that isn't there yet is an error instead of being made. Throws
 * `CommandError`: exit 4 where one cannot be used.
 */
export async function openDatabases(
  context: Context,
  loaded: Loaded,
  options: { readonly create: boolean } = { create: true },
): Promise<Databases> {
  return await explainFailure(async () => {
    const { pgstac, ingest, isNew, close } = await openEach(context, loaded, options.create);
    if (pgstac instanceof DatabaseFailure || ingest instanceof DatabaseFailure) {
      await close();
      throw pgstac instanceof DatabaseFailure ? pgstac : ingest;
    }
    return { pgstac, ingest, isNew, close };
  });
}

/** Where a server could not be opened, its failure stands in its place. */
export type Tried = Omit<Databases, 'pgstac' | 'ingest'> & {
  readonly [Name in 'pgstac' | 'ingest']: Database | DatabaseFailure;
};

/** As `openDatabases` with `create: false`, but a server that cannot be used doesn't hide the other. */
export async function tryDatabases(context: Context, loaded: Loaded): Promise<Tried> {
  return await explainFailure(() => openEach(context, loaded, false));
}

async function openEach(context: Context, loaded: Loaded, create: boolean): Promise<Tried> {
  const variables = findServers(context);
  if (variables === null) return await openOne(context, loaded, create);
  const google = openGoogle(context);
  const describeOne = (database: 'pgstac' | 'ingest') =>
    describeServer(context, loaded.platform, database, variables[database], google);
  const servers = { pgstac: await describeOne('pgstac'), ingest: await describeOne('ingest') };
  printTargets(context, { pgstac: servers.pgstac.target, ingest: servers.ingest.target });
  const [pgstac, ingest] = await Promise.all([tryServer(servers.pgstac), tryServer(servers.ingest)]);
  const close = async () => {
    await Promise.all([pgstac, ingest].map((one) => (one instanceof DatabaseFailure ? undefined : one.close())));
    await google.close();
  };
  return { pgstac, ingest, isNew: false, close };
}

async function tryServer(server: Server): Promise<Database | DatabaseFailure> {
  try {
    return await server.open();
  } catch (error) {
    if (error instanceof DatabaseFailure) return error;
    throw error;
  }
}

/** Does all that `platform db init` does. */
export async function initialise(context: Context, loaded: Loaded, databases: Databases): Promise<InitialiseReport> {
  const ports = {
    obtainPgstacSql: () => obtainRelease(context, loaded),
    obtainMigrations: (path: readonly Migration[]) => obtainSteps(context, loaded, path),
    say: (line: string) => context.stderr.write(`${line}\n`),
  };
  try {
    return await explainRefusal(() =>
      initialiseDatabases(databases, loaded.platform, sortScripts(loaded.platform), ports),
    );
  } catch (error) {
    throw withStartupAdvice(error, loaded, databases);
  }
}

/** For the loader: an embedded database that is new is initialised; a server has to have been, by `platform db init`. */
export async function ensureInitialised(context: Context, loaded: Loaded, databases: Databases): Promise<void> {
  const missing = await explainRefusal(() => listMissingParts(databases, loaded.platform));
  if (missing.length === 0) return;
  if (databases.pgstac.target.kind === 'embedded') {
    await initialise(context, loaded, databases);
    return;
  }
  throw new CommandError(4, `the databases are not ready: ${missing.join(', ')} missing`, {
    hint: adviseInit(loaded, databases),
  });
}

/** A database's failure as the command's end. */
export async function explainFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseFailure)) throw error;
    throw new CommandError(4, error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/** As `explainFailure`, and with it whatever else a server refuses, or that it went away. */
export async function explainRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await explainFailure(work);
  } catch (error) {
    if (readSqlState(error) === null && !isLostConnection(error)) throw error;
    const hint = hintForRights(error);
    throw new CommandError(4, `the database refuses: ${describeError(error)}`, {
      ...(hint === null ? {} : { hint }),
      cause: error,
    });
  }
}

/** What to do where a login's rights are what is missing (SQLSTATE 42501); null for any other error. */
export function hintForRights(error: unknown): string | null {
  if (readSqlState(error) !== '42501') return null;
  return 'to load, the logins need pgstac_ingest and ingest_write; to look, pgstac_read and ingest_read: `platform db init`, run as the owner (on virtual machines the startup script), grants them to the logins that the spec names';
}

/** On stderr, before anything is touched. */
function printTargets(
  context: Context,
  targets: { readonly pgstac: DatabaseTarget; readonly ingest: DatabaseTarget },
): void {
  for (const [name, target] of Object.entries(targets)) context.stderr.write(`${name.padEnd(8)}${describe(target)}\n`);
}

function describe(target: DatabaseTarget): string {
  if (target.kind === 'embedded') return `embedded database in ${target.folder}`;
  return `database ${target.database} at ${describePlace(target)} as ${target.user} (${target.variable})`;
}

/** The embedded database, which serves as both. */
async function openOne(context: Context, loaded: Loaded, create: boolean): Promise<Databases> {
  const folder = join(loaded.projectRoot, '.platform', loaded.platform.environment);
  const target: DatabaseTarget = { kind: 'embedded', folder };
  printTargets(context, { pgstac: target, ingest: target });
  const isNew = !existsSync(join(folder, 'data'));
  if (isNew && !create)
    throw new CommandError(1, `there is no embedded database in ${folder} yet`, { hint: adviseInit(loaded) });
  const database = await openEmbeddedFolder(context, folder, loaded);
  return { pgstac: database, ingest: database, isNew, close: () => database.close() };
}

/** The very texts that compile writes into `sql/`. */
export function sortScripts(platform: Platform): InitialiseScripts {
  const texts = new Map(listSqlScripts(platform).map(({ database, step, text }) => [`${database} ${step}`, text]));
  const find = (name: string): string => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`no SQL script ${name}`);
    return text;
  };
  return {
    pgstac: {
      extensions: find('pgstac extensions'),
      roles: find('pgstac roles'),
      platform: find('pgstac platform'),
      settings: find('pgstac settings'),
      logins: find('pgstac logins'),
    },
    ingest: { roles: find('ingest roles'), log: find('ingest log'), logins: find('ingest logins') },
  };
}
