import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../src/database/connection.ts';
import { openEmbedded } from '../../../src/database/embedded.ts';
import { type InitialiseScripts, initialiseDatabases } from '../../../src/database/initialise.ts';
import { openServer } from '../../../src/database/server.ts';
import { listSqlScripts } from '../../../src/emit/sql.ts';
import type { Platform } from '../../../src/model/platform.ts';
import type { Postgres } from '../../support/postgres.ts';
import { pypgstac0100, pypgstac0911, pypgstac0912, pythonTool } from '../../support/python.ts';
import { resolveText } from '../../support/resolve.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';

const packages = { '0.9.11': pypgstac0911, '0.9.12': pypgstac0912, '0.10.0': pypgstac0100 } as const;

export type PgstacVersion = keyof typeof packages;

/** Every release that can be loaded into. */
export const pgstacVersions = Object.keys(packages) as readonly PgstacVersion[];

/** pypgstac of the same version as pgSTAC: both the source of its SQL and what the loader is measured by. */
export function pypgstac(version: PgstacVersion) {
  return pythonTool(packages[version]);
}

/** Both databases of a platform, in one; close it with `close()`. */
export interface Databases {
  readonly pgstac: Database;
  readonly ingest: Database;
  close(): Promise<void>;
}

/** A new database on a server with everything `platform db init` puts into it: a copy of one that is made once. */
export async function makeServerDatabase(server: Postgres, name: string, version: PgstacVersion): Promise<Databases> {
  const template = await makeTemplate(server, version);
  await server.psql(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  return await openServerDatabase(server, name);
}

/** A database made before, again. */
export async function openServerDatabase(server: Postgres, name: string, user?: string): Promise<Databases> {
  const pgstac = await openServer(server.dsn(name, user), { variable: 'PGSTAC_DSN' });
  return { pgstac, ingest: pgstac, close: () => pgstac.close() };
}

const templates = new WeakMap<Postgres, Map<PgstacVersion, Promise<string>>>();

function makeTemplate(server: Postgres, version: PgstacVersion): Promise<string> {
  const made = templates.get(server) ?? new Map<PgstacVersion, Promise<string>>();
  templates.set(server, made);
  const template = made.get(version) ?? prepareTemplate(server, version);
  made.set(version, template);
  return template;
}

async function prepareTemplate(server: Postgres, version: PgstacVersion): Promise<string> {
  const name = `template ${version}`;
  await server.createDatabase(name);
  const databases = await openServerDatabase(server, name);
  await initialise(databases, version);
  await databases.close();
  return name;
}

/** A new embedded database with everything in it. */
export async function makeEmbeddedDatabase(version: PgstacVersion): Promise<Databases> {
  const pgstac = await openEmbedded(makeTemporaryFolder('embedded'), { onWait: () => undefined });
  await initialise({ pgstac, ingest: pgstac }, version);
  return { pgstac, ingest: pgstac, close: () => pgstac.close() };
}

/** What `platform db init` does. */
export async function initialise(
  databases: Pick<Databases, 'pgstac' | 'ingest'>,
  version: PgstacVersion,
): Promise<void> {
  const platform = resolvePlatform(version);
  const say = () => undefined;
  await initialiseDatabases(databases, platform, renderScripts(platform), {
    obtainPgstacSql: () => readPgstacSql(version),
    obtainMigrations: () => Promise.reject(new Error('a new database has no older pgSTAC')),
    say,
  });
}

async function readPgstacSql(version: PgstacVersion): Promise<string> {
  const { python } = await pypgstac(version);
  const code = 'import os, pypgstac; print(os.path.dirname(pypgstac.__file__))';
  const folder = spawnSync(python, ['-c', code], { encoding: 'utf8' }).stdout.trim();
  return await readFile(join(folder, 'migrations', `pgstac.${version}.sql`), 'utf8');
}

function resolvePlatform(version: PgstacVersion): Platform {
  const text = `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: ${version} } }
`;
  return resolveText(text);
}

function renderScripts(platform: Platform): InitialiseScripts {
  const scripts = listSqlScripts(platform);
  const pick = (database: 'pgstac' | 'ingest') =>
    Object.fromEntries(scripts.filter((one) => one.database === database).map(({ step, text }) => [step, text]));
  return { pgstac: pick('pgstac'), ingest: pick('ingest') } as unknown as InitialiseScripts;
}
