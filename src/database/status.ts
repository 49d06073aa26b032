import { type Login, listLogins } from '../model/logins.ts';
import type { Platform } from '../model/platform.ts';
import type { Database, DatabaseTarget, Session } from './connection.ts';
import {
  findMismatch,
  findMissingLogins,
  findRemedy,
  hasRelation,
  type Installation,
  ingestTables,
  inspectPgstac,
  isOlderLayout,
  listPossibleExtensions,
  platformTables,
  readInstallation,
} from './inspect.ts';
import { adviseRefused, describePath, type PgstacPlan, planPgstac } from './pgstac-plan.ts';

/** What is in one database, and whether that is all that should be. */
export interface DatabaseStatus {
  readonly database: 'pgstac' | 'ingest';
  readonly target: DatabaseTarget;
  /** E.g. `15.14`. */
  readonly server: string;
  readonly installation: Installation | null;
  /** Why it is not to be used, whatever is in it: another platform's, or of another layout. */
  readonly mismatch: string | null;
  /** What to do about a mismatch. */
  readonly remedy: string | null;
  /** Those wanted; a version of null is one that is missing. */
  readonly extensions: readonly { readonly name: string; readonly version: string | null }[];
  /** Null for the ingest database. */
  readonly pgstac: PgstacStatus | null;
  /** Exact counts; null is a table that is missing. */
  readonly tables: readonly { readonly name: string; readonly rows: number | null }[];
  readonly missingLogins: readonly Login[];
  readonly complete: boolean;
}

export interface PgstacStatus {
  readonly wanted: string;
  /** A version, or in words what is there instead; null for nothing. */
  readonly found: string | null;
  /** What `platform db init` does about it. */
  readonly action: PgstacPlan['kind'];
  /** Of an upgrade the releases it goes by, `0.9.11 → 0.9.12`; of a refusal what to do; else null. */
  readonly detail: string | null;
}

const tables = {
  pgstac: ['pgstac.collections', 'pgstac.items', ...platformTables],
  ingest: ingestTables,
} as const;

export async function readStatus(
  database: Database,
  which: 'pgstac' | 'ingest',
  platform: Platform,
): Promise<DatabaseStatus> {
  return await database.session(async (session) => {
    const installation = await readInstallation(session);
    const mismatch = installation === null ? null : findMismatch(installation, platform);
    const wanted = which === 'pgstac' ? platform.databases.pgstac.extensions : [];
    const extensions = await readExtensions(session, await listPossibleExtensions(session, database.target, wanted));
    const pgstac = which === 'pgstac' ? await readPgstac(session, database.target, platform) : null;
    const counts = [];
    for (const name of tables[which]) counts.push({ name, rows: await countRows(session, name) });
    const logins = database.target.kind === 'embedded' ? [] : listLogins(platform, which);
    const missing = await findMissingLogins(
      session,
      logins.map(({ name }) => name),
    );
    return {
      database: which,
      target: database.target,
      server: await readServerVersion(session),
      installation,
      mismatch: mismatch?.reason ?? null,
      remedy: mismatch && findRemedy(mismatch, database.target),
      extensions,
      pgstac,
      tables: counts,
      missingLogins: logins.filter(({ name }) => missing.includes(name)),
      complete:
        installation !== null &&
        mismatch === null &&
        !isOlderLayout(installation) &&
        extensions.every(({ version }) => version !== null) &&
        pgstac?.wanted === pgstac?.found &&
        counts.every(({ rows }) => rows !== null) &&
        missing.length === 0,
    };
  });
}

export async function readServerVersion(session: Session): Promise<string> {
  const [row] = await session.query<{ version: string }>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
  );
  return row?.version ?? '';
}

export async function readExtensions(
  session: Session,
  wanted: readonly string[],
): Promise<DatabaseStatus['extensions']> {
  const rows = await session.query<{ name: string; version: string }>(
    'SELECT extname::text AS name, extversion AS version FROM pg_extension WHERE extname = ANY ($1::text[])',
    [wanted],
  );
  const versions = new Map(rows.map(({ name, version }) => [name, version]));
  return wanted.map((name) => ({ name, version: versions.get(name) ?? null }));
}

async function readPgstac(session: Session, target: DatabaseTarget, platform: Platform): Promise<PgstacStatus> {
  const state = await inspectPgstac(session);
  const wanted = platform.databases.pgstac.version;
  const plan = planPgstac(state, wanted);
  const detail =
    plan.kind === 'upgrade' ? describePath(plan) : plan.kind === 'refuse' ? adviseRefused(plan, target) : null;
  const found = state.kind === 'absent' ? null : state.kind === 'unknown' ? state.reason : state.version;
  return { wanted, found, action: plan.kind, detail };
}

/** Exact; null where there is no such table. The name is one of this program's own. */
export async function countRows(session: Session, table: string): Promise<number | null> {
  if (!(await hasRelation(session, table))) return null;
  const [row] = await session.query<{ count: string }>(`SELECT count(*) AS count FROM ${table}`);
  return Number(row?.count);
}
