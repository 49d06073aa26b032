import { readFile } from 'node:fs/promises';
import { DatabaseFailure, describeError } from './failure.ts';
import type { Migration } from './migrations.ts';
import { findRelease, type PgstacRelease, pgstacReleases } from './releases.ts';
import type { MigrationScript } from './upgrade-pgstac.ts';
import { checkHash, hashBytes, obtainWheelFiles, type ReleasePorts, unzipFiles } from './wheel-files.ts';

export interface WantedRelease {
  readonly version: string;
  /** `databases.pgstac.source`; `location` is an https URL or an absolute path. */
  readonly source: { readonly location: string; readonly sha256: string } | null;
}

/**
 * pgSTAC's own SQL, which is never part of this program: from the spec's `source`, else from the cache, an installed
 * pypgstac, or its wheel. Only bytes of the known hash are taken. Throws `DatabaseFailure` with everything tried.
 */
export async function obtainPgstacSql({ version, source }: WantedRelease, ports: ReleasePorts): Promise<string> {
  const name = `pgstac.${version}.sql`;
  if (source !== null) {
    const given = await readSource(source, ports);
    return decode(given.kind === 'sql' ? given.bytes : await takeOut(given.bytes, name, source.location));
  }
  const release = requireRelease(version);
  const files = [{ name, sha256: release.sha256 }];
  return (await obtainWheelFiles(release, files, `pgSTAC ${version}`, ports)).map(decode).join('');
}

/**
 * The steps to a release, each by its known hash. A `source` that is a wheel has them; one that is the release's SQL has
 * not, and they come from where they are without it. What leads to a pgSTAC of one's own, nobody can know.
 */
export async function obtainMigrations(
  { version, source }: WantedRelease,
  path: readonly Migration[],
  ports: ReleasePorts,
): Promise<readonly MigrationScript[]> {
  const release = requireRelease(version);
  const files = path.map(({ from, to, sha256 }) => ({ name: `pgstac.${from}-${to}.sql`, sha256 }));
  const given = source === null ? null : await readSource(source, ports);
  const scripts: MigrationScript[] = [];
  if (source !== null && given?.kind === 'wheel') {
    for (const { name, sha256 } of files)
      scripts.push({ name, sql: decode(await takeOut(given.bytes, name, source.location, sha256)) });
    return scripts;
  }
  if (source !== null && given !== null && hashBytes(given.bytes) !== release.sha256)
    throw new DatabaseFailure(
      `the pgSTAC that databases.pgstac.source names is not the published ${version}, which is all that pgSTAC's migrations lead to`,
      {
        hint: 'take the source away, or name the published wheel there; or migrate to one’s own pgSTAC by its own means',
      },
    );
  const found = await obtainWheelFiles(release, files, `the migrations to pgSTAC ${version}`, ports);
  return found.map((bytes, place) => ({ name: files[place]?.name ?? '', sql: decode(bytes) }));
}

function requireRelease(version: string): PgstacRelease {
  const release = findRelease(version);
  if (release !== undefined) return release;
  throw new DatabaseFailure(`pgSTAC ${version} is not known to this program`, {
    hint: `known are ${pgstacReleases.map((one) => one.version).join(', ')}; others need databases.pgstac.source`,
  });
}

/** What a source names: pgSTAC's SQL, unpacked, or a wheel that it is in. */
interface Given {
  readonly kind: 'sql' | 'wheel';
  readonly bytes: Uint8Array;
}

async function readSource(source: { location: string; sha256: string }, ports: ReleasePorts): Promise<Given> {
  try {
    const isUrl = source.location.startsWith('https://');
    const bytes = isUrl ? await ports.fetchBytes(source.location) : await readFile(source.location);
    checkHash(bytes, source.sha256);
    if (bytes[0] === 0x50 && bytes[1] === 0x4b) return { kind: 'wheel', bytes };
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return { kind: 'sql', bytes: isGzip ? (await import('fflate')).gunzipSync(bytes) : bytes };
  } catch (cause) {
    return failToRead(source.location, cause);
  }
}

async function takeOut(wheel: Uint8Array, name: string, location: string, sha256?: string): Promise<Uint8Array> {
  try {
    const bytes = (await unzipFiles(wheel, [name])).get(name) ?? new Uint8Array();
    if (sha256 !== undefined) checkHash(bytes, sha256);
    return bytes;
  } catch (cause) {
    return failToRead(location, cause);
  }
}

function failToRead(location: string, cause: unknown): never {
  throw new DatabaseFailure(`pgSTAC's SQL from ${location}: ${describeError(cause)}`, {
    hint: 'databases.pgstac.source names an https URL or a file (relative to the spec) and the sha256 of its bytes: the SQL, plain or gzipped, or the wheel of pypgstac that it is in',
    cause,
  });
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
