import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import { pypgstac0100, pypgstac0911, pythonTool } from '../../test/support/python.ts';
import { projectRoot, sharedRoot } from '../../test/support/root.ts';
import { runOrThrow } from '../../test/support/run.ts';
import { makeTemporaryFolder } from '../../test/support/temporary.ts';
import type { Command } from './measure.ts';
import { writeSchemas } from './write-schemas.ts';

export type Release = '0.9.11' | '0.10.0';
export type Compression = 'pglz' | 'lz4';

/** Everything the cases share. */
export interface Bench {
  readonly folder: string;
  readonly items: number;
  readonly server: Postgres;
  /** Process id of the server. */
  readonly postmaster: number;
  readonly pypgstac: Readonly<Record<Release, string>>;
}

const long = { timeout: 3_600_000 };

/** Durable as a real server is; what it has beyond the defaults keeps checkpoints out of some runs and not of others. */
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '1GB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
};

export async function prepareBench(items: number): Promise<Bench> {
  const folder = makeTemporaryFolder('bench');
  const generate = (file: string, ...options: string[]) =>
    runOrThrow(
      'python3',
      [join(sharedRoot, 'tools/pgstac-oracle/generate_items.py'), String(items), join(folder, file), ...options],
      long,
    );
  await generate('items.ndjson');
  await generate('changed.ndjson', '--mutate', '0.1');
  await writeSchemas(join(folder, 'schemas'), join(folder, 'items.ndjson'));
  const [older, newer] = [await pythonTool(pypgstac0911), await pythonTool(pypgstac0100)];
  const pypgstac = { '0.9.11': older.bin('pypgstac'), '0.10.0': newer.bin('pypgstac') };
  const server = await startPostgres({ settings });
  const [first = ''] = (await server.psql(`SELECT pg_read_file('postmaster.pid')`)).split('\n');
  return { folder, items, server, postmaster: Number(first), pypgstac };
}

export interface Project {
  readonly release: Release;
  readonly compression: Compression;
  readonly judge: 'structure' | 'full';
}

/**
 * `platform` in a project of its own, on a server's database or, where there is none, on the embedded one.
 *
 * @param file What the pipeline `items` reads: its source may change from run to run.
 */
export function runPlatform(
  bench: Bench,
  project: Project,
  database: string | null,
  args: readonly string[],
  file = 'items.ndjson',
): Command {
  const folder = join(bench.folder, Object.values(project).join('-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'platform.yaml'), describeProject(project, file));
  const dsn = database === null ? null : bench.server.dsn(database);
  return {
    program: process.execPath,
    args: [join(projectRoot, 'dist/cli/main.js'), ...args],
    cwd: folder,
    env: {
      PATH: `${join(bench.pypgstac[project.release], '..')}:${process.env['PATH']}`,
      ...(dsn === null ? {} : { PGSTAC_DSN: dsn, INGEST_DB_DSN: dsn }),
    },
  };
}

function describeProject({ release, compression, judge }: Project, file: string): string {
  const judged = judge === 'full' ? 'judge: full, schemas: ../schemas' : 'judge: structure';
  const pipeline = (name: string) => `{ source: { files: [../collection.json, ../${name}] }, ${judged} }`;
  return `apiVersion: platform/v1
name: bench
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: ${release}, compression: ${compression} } }
pipelines:
  items: ${pipeline(file)}
  whole: ${pipeline('whole.json')}
`;
}

/** Runs a command that is not measured. */
export async function runCommand({ program, args, cwd, env }: Command): Promise<void> {
  await runOrThrow(program, args, { ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env }, ...long });
}

/** A database with what `platform db init` makes and, for pypgstac, which does not bring it along, the collection. */
export async function makeTemplate(bench: Bench, release: Release, withCollection: boolean): Promise<string> {
  const name = `template_${release}_${withCollection ? 'collection' : 'empty'}`;
  const { server, folder, pypgstac } = bench;
  await server.createDatabase(name);
  await runCommand(runPlatform(bench, { release, compression: 'pglz', judge: 'structure' }, name, ['db', 'init']));
  if (withCollection) {
    const file = join(folder, 'collection.json');
    await runOrThrow(pypgstac[release], ['load', 'collections', file, '--dsn', server.dsn(name)]);
    await server.psql(`SET search_path TO pgstac, public; UPDATE collections SET partition_trunc = 'month'`, name);
  }
  return name;
}

/** A new database, with nothing of earlier ones left for the server to do meanwhile. */
export async function copyDatabase({ server }: Bench, name: string, template: string): Promise<string> {
  await server.psql(`DROP DATABASE IF EXISTS "${name}"`);
  await server.psql(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  await server.psql('CHECKPOINT');
  return name;
}

export async function countItems({ server }: Bench, database: string): Promise<number> {
  return Number(await server.psql('SELECT count(*) FROM pgstac.items', database));
}
