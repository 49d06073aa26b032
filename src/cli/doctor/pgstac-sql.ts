import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findRelease } from '../../database/releases.ts';
import { hashBytes } from '../../database/wheel-files.ts';
import type { Platform } from '../../model/platform.ts';
import type { Context } from '../context.ts';
import type { LoadedPlatforms } from '../load.ts';
import { defaultPgstac } from '../pgstac-choices.ts';
import { createReleasePorts } from '../release-ports.ts';
import { showHome, showPath } from '../show-path.ts';
import type { Finding } from './finding.ts';

/**
 * Whether pgSTAC's SQL, which is no part of this program, is at hand for every environment or can be fetched: `tools`
 * are what was found of the programs, those that fetch it among them.
 */
export async function lookAtPgstacSql(
  context: Context,
  loaded: LoadedPlatforms | null,
  tools: readonly Finding[],
): Promise<readonly Finding[]> {
  const pip = tools.find(({ name }) => name === 'pip');
  // Environments mostly have the same one.
  const wanted = new Map(
    (loaded?.platforms ?? []).map(({ databases: { pgstac } }) => [JSON.stringify(pgstac), pgstac]),
  );
  if (wanted.size === 0) return [await lookInCache(context, defaultPgstac, pip)];
  return await Promise.all(
    [...wanted.values()].map(({ version, source }) =>
      source === null
        ? lookInCache(context, version, pip)
        : lookAtSource(context, dirname(loaded?.spec.path ?? ''), version, source),
    ),
  );
}

async function lookInCache(context: Context, version: string, pip: Finding | undefined): Promise<Finding> {
  const name = `pgSTAC ${version}`;
  const folder = createReleasePorts(context).cacheFolder;
  const bytes = await readFile(join(folder, `pgstac.${version}.sql`)).catch(() => null);
  if (bytes !== null && hashBytes(bytes) === findRelease(version)?.sha256)
    return { name, state: 'ok', found: `its SQL is in ${showHome(context, folder)}`, fix: null };
  if (pip?.state === 'ok')
    return {
      name,
      state: 'note',
      found: `its SQL is not here yet; the first run fetches it with ${pip.found}`,
      fix: null,
    };
  return { name, state: 'missing', found: 'its SQL is not here, and nothing to fetch it with', fix: pip?.fix ?? null };
}

type Source = NonNullable<Platform['databases']['pgstac']['source']>;

/** A file is read and compared; of a URL only the first run knows. */
async function lookAtSource(context: Context, folder: string, version: string, source: Source): Promise<Finding> {
  const name = `pgSTAC ${version}`;
  if (source.location.startsWith('https://'))
    return { name, state: 'note', found: `its SQL comes from ${source.location}, which was not asked`, fix: null };
  const path = resolve(folder, source.location);
  const bytes = await readFile(path).catch(() => null);
  const shown = showPath(context, path);
  const fix = 'name the file and the sha256 of its bytes in databases.pgstac.source';
  if (bytes === null) return { name, state: 'missing', found: `${shown} cannot be read`, fix };
  const hash = hashBytes(bytes);
  if (hash === source.sha256) return { name, state: 'ok', found: `its SQL is ${shown}`, fix: null };
  return { name, state: 'missing', found: `${shown} has sha256 ${hash}, not the one of the spec`, fix };
}
