import { layoutVersion, olderLayouts } from '../model/layout.ts';
import type { Platform } from '../model/platform.ts';
import { type Database, type DatabaseTarget, describeTarget, type Session } from './connection.ts';
import { DatabaseFailure } from './failure.ts';
import { startsMigration } from './migrations.ts';
import { findRelease } from './releases.ts';

/** The tables of schema platform in the pgstac database, besides `installation`. */
export const platformTables = [
  'run',
  'lease',
  'part',
  'asset',
  'receipt',
  'ledger',
  'gone',
  'quarantine',
  'stale_partition',
].map((name) => `platform.${name}`);

/** The tables of the ingest database, besides `platform.installation`. */
export const ingestTables = ['ingestion_log', 'ingestion_run', 'ingestion_shard'].map((name) => `public.${name}`);

/** The row of `platform.installation`. */
export interface Installation {
  readonly platform: string;
  readonly environment: string;
  /** Of the layout. */
  readonly version: string;
}

export type PgstacState =
  | { readonly kind: 'absent' }
  /** A release that this program knows, with the tables it should have. */
  | { readonly kind: 'known'; readonly version: string }
  /** A release that this program does not load into, and that pgSTAC's own migrations start at. */
  | { readonly kind: 'older'; readonly version: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Whose database this is; null where nobody's yet. */
export async function readInstallation(session: Session): Promise<Installation | null> {
  if (!(await hasRelation(session, 'platform.installation'))) return null;
  const [row] = await session.query<Installation>('SELECT platform, environment, version FROM platform.installation');
  return row ?? null;
}

export async function inspectPgstac(session: Session): Promise<PgstacState> {
  const [schema] = await session.query<{ there: boolean }>(`SELECT to_regnamespace('pgstac') IS NOT NULL AS there`);
  if (schema?.there !== true) return { kind: 'absent' };
  if (!(await hasRelation(session, 'pgstac.migrations'))) {
    return { kind: 'unknown', reason: 'there is a schema pgstac without pgSTAC in it' };
  }
  const [migration] = await session.query<{ version: string }>(
    'SELECT version FROM pgstac.migrations ORDER BY datetime DESC, version DESC LIMIT 1',
  );
  if (migration === undefined) return { kind: 'unknown', reason: 'pgSTAC is there without a version' };
  return await recogniseLayout(session, migration.version);
}

async function recogniseLayout(session: Session, version: string): Promise<PgstacState> {
  const release = findRelease(version);
  if (release === undefined) {
    if (startsMigration(version)) return { kind: 'older', version };
    return { kind: 'unknown', reason: `pgSTAC ${version} is not known to this program` };
  }
  const columns = await session.query<{ table: string; columns: readonly string[] }>(
    `SELECT relname::text AS table, array_agg(attname::text ORDER BY attname::text COLLATE "C") AS columns
     FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'pgstac'::regnamespace AND relname = ANY ($1::text[]) AND attnum > 0 AND NOT attisdropped
     GROUP BY relname`,
    [['items', 'collections', 'partition_stats', 'base_items']],
  );
  const found = Object.fromEntries(columns.map((row) => [row.table, row.columns]));
  const tables = new Set([...Object.keys(release.layout), ...Object.keys(found)]);
  const different = [...tables].filter((table) => String(found[table]) !== String(release.layout[table])).sort();
  if (different.length === 0) return { kind: 'known', version };
  const names = different.map((table) => `pgstac.${table}`).join(', ');
  return { kind: 'unknown', reason: `it calls itself pgSTAC ${version}, but has other columns in ${names}` };
}

export async function hasRelation(session: Session, name: string): Promise<boolean> {
  const [row] = await session.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [name]);
  return row?.there === true;
}

/** Those of a list that can be had: a server has them or can be given them, the embedded one is as it was compiled. */
export async function listPossibleExtensions(
  session: Session,
  target: DatabaseTarget,
  wanted: readonly string[],
): Promise<readonly string[]> {
  if (target.kind === 'server') return wanted;
  const rows = await session.query<{ name: string }>('SELECT name::text FROM pg_available_extensions');
  const available = new Set(rows.map(({ name }) => name));
  return wanted.filter((name) => available.has(name));
}

/** Names out of a list that no login has, in the list's order. */
export async function findMissingLogins(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    'SELECT rolname::text AS name FROM pg_roles WHERE rolname = ANY ($1::text[])',
    [names],
  );
  const there = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !there.has(name));
}

/**
 * Whose database this is, as `readInstallation` has it. Throws `DatabaseFailure` where it is another platform's or
 * environment's, or of another layout.
 */
export async function refuseAnother(
  session: Session,
  database: Database,
  platform: Platform,
): Promise<Installation | null> {
  const found = await readInstallation(session);
  const mismatch = found === null ? null : findMismatch(found, platform);
  if (mismatch === null) return found;
  throw new DatabaseFailure(`${describeTarget(database.target)} ${mismatch.reason}`, {
    hint: findRemedy(mismatch, database.target),
  });
}

/** Why a database is not to be used. */
export interface Mismatch {
  readonly kind: 'owner' | 'layout';
  readonly reason: string;
}

/** Null where a database is this platform's, of the layout that is known or of one that `db init` brings to it. */
export function findMismatch(found: Installation, platform: Platform): Mismatch | null {
  if (found.platform !== platform.name || found.environment !== platform.environment)
    return {
      kind: 'owner',
      reason: `belongs to platform ${found.platform}, environment ${found.environment}; this is ${platform.name}, ${platform.environment}`,
    };
  if (found.version !== layoutVersion && !isOlderLayout(found))
    return {
      kind: 'layout',
      reason: `has layout ${found.version} of schema platform and ingestion_log; this program knows layout ${layoutVersion}`,
    };
  return null;
}

/** Whether `db init` brings the layout to the one that is known; until then nothing else uses the database. */
export function isOlderLayout({ version }: Installation): boolean {
  return olderLayouts.includes(version);
}

/** What to do. An embedded database holds nothing that cannot be loaded again, and has no DSN to correct. */
export function findRemedy({ kind }: Mismatch, target: DatabaseTarget): string {
  if (target.kind === 'embedded') {
    const instead =
      kind === 'owner' ? 'give the spec its old name back' : 'use the version of this program that made it';
    return `delete ${target.folder} and load again, or ${instead}`;
  }
  return kind === 'owner'
    ? 'check the DSN and --env; a database serves one environment of one platform'
    : 'use the version of this program that `platform db init` was last run with';
}
