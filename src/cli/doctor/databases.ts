import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../database/connection.ts';
import { openEmbedded } from '../../database/embedded.ts';
import { DatabaseFailure, describeError } from '../../database/failure.ts';
import { findHolder } from '../../database/lock.ts';
import { listMissingParts } from '../../database/missing-parts.ts';
import { adviseInit } from '../advise-init.ts';
import { CommandError, type Context } from '../context.ts';
import type { LoadedPlatform, LoadedPlatforms } from '../load.ts';
import { renderCommand } from '../render-command.ts';
import { describeServer, findServers, openGoogle } from '../servers.ts';
import { showPath } from '../show-path.ts';
import type { Finding } from './finding.ts';
import type { ProjectOptions } from './project.ts';

/** The two servers that the environment names, or the embedded database; of one environment. */
export async function lookAtDatabases(
  context: Context,
  loaded: LoadedPlatforms | null,
  options: ProjectOptions & { readonly timeout: number },
): Promise<readonly Finding[]> {
  const servers = nameServers(context);
  if ('state' in servers) return [servers];
  const name = servers.named === null ? 'embedded database' : 'databases';
  const note = (found: string, fix: string | null): readonly Finding[] => [{ name, state: 'note', found, fix }];
  if (loaded === null)
    return servers.named === null ? [] : note('not asked: which platform’s they are, the spec says', null);
  const [platform, ...others] = loaded.platforms;
  if (platform === undefined || others.length > 0) {
    const names = loaded.platforms.map(({ environment }) => environment);
    return note(`left out: ${names.join(', ')}`, renderCommand(['doctor'], { ...options, env: names[0] }));
  }
  const one: LoadedPlatform = { ...loaded, platform, given: { spec: options.spec, env: options.env } };
  return servers.named === null
    ? [await lookAtEmbedded(context, one)]
    : await lookAtServers(context, one, servers.named, options.timeout);
}

/** One variable of the two alone, or none in a pod, is a finding itself. */
function nameServers(context: Context): Finding | { readonly named: ReturnType<typeof findServers> } {
  try {
    return { named: findServers(context) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { name: 'databases', state: 'missing', found: error.message, fix: error.hint ?? null };
  }
}

async function lookAtEmbedded(context: Context, loaded: LoadedPlatform): Promise<Finding> {
  const folder = join(loaded.projectRoot, '.platform', loaded.platform.environment);
  const shown = showPath(context, folder);
  const finding = (state: Finding['state'], found: string, fix: string | null): Finding => ({
    name: 'embedded database',
    state,
    found,
    fix,
  });
  if (!existsSync(join(folder, 'data')))
    return finding('note', `there is none in ${shown} yet`, renderCommand(['db', 'init'], loaded.given));
  const holder = await findHolder(folder);
  if (holder !== null) return finding('note', `${shown} is in use by process ${holder}, and was not opened`, null);
  try {
    const database = await openEmbedded(folder, { onWait: () => undefined, signal: context.signal });
    try {
      const missing = await listMissingParts({ pgstac: database, ingest: database }, loaded.platform);
      if (missing.length === 0) return finding('ok', `${shown} is ready`, null);
      return finding('missing', `${shown} lacks ${missing.join(', ')}`, adviseCommand(loaded));
    } finally {
      await database.close();
    }
  } catch (error) {
    if (error instanceof DatabaseFailure) return finding('missing', error.message, error.hint ?? null);
    throw error;
  }
}

const adviseCommand = (loaded: LoadedPlatform): string => renderCommand(['db', 'init'], loaded.given);

type Named = NonNullable<ReturnType<typeof findServers>>;

/** Each server by itself; what is installed, only where both are reached. */
async function lookAtServers(
  context: Context,
  loaded: LoadedPlatform,
  variables: Named,
  longestConnect: number,
): Promise<readonly Finding[]> {
  const google = openGoogle(context);
  const open = async (database: 'pgstac' | 'ingest'): Promise<Database | Finding> => {
    try {
      const server = await describeServer(context, loaded.platform, database, variables[database], google);
      return await server.open(longestConnect);
    } catch (error) {
      if (!(error instanceof DatabaseFailure)) throw error;
      return { name: `${database} database`, state: 'missing', found: error.message, fix: error.hint ?? null };
    }
  };
  const opened = await Promise.all([open('pgstac'), open('ingest')]);
  try {
    const [pgstac, ingest] = opened;
    const reached = (['pgstac', 'ingest'] as const).map((name, at): Finding => {
      const one = opened[at === 0 ? 0 : 1];
      return 'state' in one
        ? one
        : { name: `${name} database`, state: 'ok', found: `reached (${variables[name]})`, fix: null };
    });
    if ('state' in pgstac || 'state' in ingest) return reached;
    return [...reached, await lookAtContent(loaded, { pgstac, ingest })];
  } finally {
    await Promise.all(opened.map((one) => ('state' in one ? undefined : one.close())));
    await google.close();
  }
}

async function lookAtContent(
  loaded: LoadedPlatform,
  databases: { readonly pgstac: Database; readonly ingest: Database },
): Promise<Finding> {
  const name = 'databases';
  try {
    const missing = await listMissingParts(databases, loaded.platform);
    if (missing.length === 0) return { name, state: 'ok', found: 'initialised', fix: null };
    return { name, state: 'missing', found: `they lack ${missing.join(', ')}`, fix: adviseInit(loaded, databases) };
  } catch (error) {
    const hint = error instanceof DatabaseFailure ? (error.hint ?? null) : renderCommand(['verify'], loaded.given);
    return { name, state: 'missing', found: describeError(error), fix: hint };
  }
}
