import type { Platform } from '../../model/platform.ts';
import type { Database, DatabaseTarget, Session } from '../connection.ts';
import { DatabaseFailure, describeError } from '../failure.ts';
import {
  findMismatch,
  findRemedy,
  ingestTables,
  inspectPgstac,
  listPossibleExtensions,
  platformTables,
  readInstallation,
} from '../inspect.ts';
import { adviseRefused, describePath, planPgstac } from '../pgstac-plan.ts';
import { rehearse } from '../rehearse.ts';
import { countRows, readExtensions } from '../status.ts';
import { checkLimits } from './limits.ts';
import { NotInstalled, type Probe, requireLayout } from './probe.ts';
import { checkRuns } from './runs.ts';
import { trySearch } from './search.ts';
import { checkTls, describeServer } from './server.ts';

export interface Check {
  readonly database: 'pgstac' | 'ingest';
  readonly name: string;
  readonly ok: boolean;
  /** What was found, or what is wrong. */
  readonly detail: string;
  readonly milliseconds: number;
  /** True where `platform db init` would make what is missing. */
  readonly needsInit: boolean;
}

/**
 * Tries everything the platform needs of both databases. Each probe runs in a transaction that is rolled back. Where a
 * database could not be opened, that is its one check.
 */
export async function verifyDatabases(
  databases: { readonly [Name in Check['database']]: Database | DatabaseFailure },
  platform: Platform,
  clock: () => number,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const database of ['pgstac', 'ingest'] as const) {
    const opened = databases[database];
    if (opened instanceof DatabaseFailure) {
      checks.push({ database, name: 'server', ok: false, detail: opened.message, milliseconds: 0, needsInit: false });
      continue;
    }
    const probes =
      database === 'pgstac' ? listPgstacProbes(platform, opened.target) : listIngestProbes(platform, opened.target);
    for (const [name, probe] of Object.entries(probes)) {
      const start = clock();
      const result = await runProbe(opened, probe);
      checks.push({ database, name, ...result, milliseconds: clock() - start });
    }
  }
  return checks;
}

function listPgstacProbes(platform: Platform, target: DatabaseTarget): Readonly<Record<string, Probe>> {
  const { version, extensions } = platform.databases.pgstac;
  return {
    server: describeServer,
    TLS: (session) => checkTls(session, target, platform),
    extensions: (session) => checkExtensions(session, target, extensions),
    'this platform': (session) => checkInstallation(session, target, platform),
    pgSTAC: (session) => checkPgstac(session, target, version),
    tables: (session) => checkTables(session, platformTables),
    collections: (session) => describeCount(session, 'pgstac.collections'),
    items: (session) => describeCount(session, 'pgstac.items'),
    runs: async (session) => {
      requireLayout(await readInstallation(session));
      return checkRuns(
        session,
        platform.pipelines.map(({ name }) => name),
      );
    },
    search: trySearch,
    rights: tryLoading,
    limits: (session) => checkLimits(session, 'pgstac', platform),
  };
}

function listIngestProbes(platform: Platform, target: DatabaseTarget): Readonly<Record<string, Probe>> {
  return {
    server: describeServer,
    TLS: (session) => checkTls(session, target, platform),
    'this platform': (session) => checkInstallation(session, target, platform),
    tables: (session) => checkTables(session, ingestTables),
    rights: tryLogging,
    limits: (session) => checkLimits(session, 'ingest', platform),
  };
}

async function runProbe(database: Database, probe: Probe): Promise<Omit<Check, 'database' | 'name' | 'milliseconds'>> {
  try {
    const detail = await rehearse((work) => database.transaction(work), probe);
    return { ok: true, detail, needsInit: false };
  } catch (error) {
    return { ok: false, detail: describeError(error), needsInit: error instanceof NotInstalled };
  }
}

async function checkExtensions(session: Session, target: DatabaseTarget, wanted: readonly string[]): Promise<string> {
  const extensions = await readExtensions(session, await listPossibleExtensions(session, target, wanted));
  const missing = extensions.filter(({ version }) => version === null);
  if (missing.length > 0) throw new Error(`missing: ${missing.map(({ name }) => name).join(', ')}`);
  return extensions.map(({ name, version }) => `${name} ${version}`).join(', ');
}

async function checkInstallation(session: Session, target: DatabaseTarget, platform: Platform): Promise<string> {
  const found = await readInstallation(session);
  const mismatch = found === null ? null : findMismatch(found, platform);
  if (mismatch !== null) throw new Error(`${mismatch.reason}: ${findRemedy(mismatch, target)}`);
  const { platform: name, environment } = requireLayout(found);
  return `${name}, ${environment}`;
}

async function checkPgstac(session: Session, target: DatabaseTarget, wanted: string): Promise<string> {
  const plan = planPgstac(await inspectPgstac(session), wanted);
  switch (plan.kind) {
    case 'keep':
      return wanted;
    case 'install':
      throw new NotInstalled('not installed');
    case 'upgrade':
      throw new NotInstalled(
        `${plan.from} is installed, the spec wants ${wanted}: db init upgrades it (${describePath(plan)})`,
      );
    case 'refuse':
      throw new Error(`${plan.reason}: ${adviseRefused(plan, target)}`);
  }
}

async function checkTables(session: Session, names: readonly string[]): Promise<string> {
  const counts: string[] = [];
  for (const name of names) counts.push(`${name.split('.')[1]} ${await requireCount(session, name)}`);
  return counts.join(', ');
}

async function describeCount(session: Session, table: string): Promise<string> {
  const count = await requireCount(session, table);
  return `${count} ${count === 1 ? 'row' : 'rows'}`;
}

async function requireCount(session: Session, table: string): Promise<number> {
  const count = await countRows(session, table);
  if (count === null) throw new NotInstalled(`${table} is missing`);
  return count;
}

/** A loader makes a collection and leaves its traces; a reader only reads, which the counts and the search have shown. */
async function tryLoading(session: Session): Promise<string> {
  if (!(await isMember(session, 'pgstac_ingest'))) {
    if (await isMember(session, 'pgstac_read')) return 'may read (pgstac_read), not load';
    throw new Error('this login is neither in pgstac_ingest nor in pgstac_read');
  }
  await session.run('SET LOCAL search_path TO pgstac, public');
  const [made] = await session.query<{ run: string }>(
    `INSERT INTO platform.run (run, pipeline, shards) VALUES (gen_random_uuid(), 'platform verify', 1) RETURNING run`,
  );
  const run = made?.run;
  await session.query(
    `INSERT INTO platform.lease (run, shard, epoch, holder, expires) VALUES ($1, 1, 1, 'platform verify', now())`,
    [run],
  );
  await session.query('SELECT epoch FROM platform.lease WHERE run = $1 FOR SHARE', [run]);
  await session.query(`INSERT INTO platform.receipt (run, shard, batch, items) VALUES ($1, 1, 1, '[]')`, [run]);
  await session.query(
    `INSERT INTO pgstac.collections (content) VALUES (jsonb_build_object('id', 'platform-verify-' || $1::text, 'type', 'Collection', 'stac_version', '1.0.0', 'description', '', 'license', 'other', 'extent', '{"spatial":{"bbox":[[-180,-90,180,90]]},"temporal":{"interval":[[null,null]]}}'::jsonb, 'links', '[]'::jsonb))`,
    [run],
  );
  return 'may load: a collection and a run, rolled back';
}

async function tryLogging(session: Session): Promise<string> {
  if (!(await isMember(session, 'ingest_write'))) {
    if (await isMember(session, 'ingest_read')) return 'may read (ingest_read), not write';
    throw new Error('this login is neither in ingest_write nor in ingest_read');
  }
  await session.run(
    `INSERT INTO public.ingestion_log (run, pipeline, shard, batch, position, outcome, time)
     VALUES (gen_random_uuid(), 'platform verify', 1, 1, 1, 'unchanged', now())`,
  );
  return 'may write: a row of the log, rolled back';
}

async function isMember(session: Session, role: string): Promise<boolean> {
  const sql = `SELECT pg_has_role(oid, 'USAGE') AS member FROM pg_roles WHERE rolname = $1`;
  const [row] = await session.query<{ member: boolean }>(sql, [role]);
  return row?.member === true;
}
