import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Session } from './connection.ts';
import { makeSession, openCluster } from './embedded.ts';
import { lockFolder } from './lock.ts';

/** The versions that `package.json` pins: with pgSTAC's they name what a kept data folder holds. */
export const embeddedVersions = { pglite: '0.5.8', postgis: '0.2.8' } as const;

export interface TemplateOptions {
  /** Where finished data folders are kept; null keeps none. */
  readonly cacheFolder: string | null;
  /** Names all that the folder's content depends on. */
  readonly key: string;
  /** What is slow to do in an empty cluster. */
  readonly prepare: (session: Session) => Promise<void>;
  readonly onWait: (holder: string) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a data folder, which must not be there, by copying one that was prepared before, or prepares it. What is
 * visible under its final name is always whole: everything is made under another name beside it and renamed.
 */
export async function createDataFolder(dataFolder: string, options: TemplateOptions): Promise<void> {
  const template = options.cacheFolder === null ? null : await keepTemplate(options.cacheFolder, options);
  await makeWhole(dataFolder, async (unfinished) => {
    if (template === null) await prepareCluster(unfinished, options.prepare);
    else await cp(template, unfinished, { recursive: true });
  });
}

/** The path of the kept folder; null where the cache cannot be written. */
async function keepTemplate(cacheFolder: string, options: TemplateOptions): Promise<string | null> {
  const template = join(cacheFolder, options.key);
  if (existsSync(template)) return template;
  try {
    await mkdir(cacheFolder, { recursive: true });
  } catch {
    return null;
  }
  // Preparing takes both processors for seconds: a second process rather waits.
  const lock = await lockFolder(cacheFolder, options.onWait, options.signal);
  try {
    if (!existsSync(template)) await makeWhole(template, (unfinished) => prepareCluster(unfinished, options.prepare));
    return template;
  } catch (error) {
    if (isUnwritable(error)) return null;
    throw error;
  } finally {
    await lock.release();
  }
}

/** Whether a folder is another user's, read-only or full. */
function isUnwritable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && unwritable.has(error.code);
}

const unwritable: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

async function makeWhole(final: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  const temporary = await mkdtemp(join(dirname(final), `${basename(final)}.unfinished-`));
  try {
    await removeAbandoned(temporary);
    const unfinished = join(temporary, 'data');
    await make(unfinished);
    await rename(unfinished, final).catch((error: NodeJS.ErrnoException) => {
      // Somebody beyond our lock (another machine on a shared folder) was quicker, with the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const abandonedAfter = 60 * 60 * 1000;

/** What a killed process left behind. Ages are compared on the file system's own clock. */
async function removeAbandoned(ours: string): Promise<void> {
  const folder = dirname(ours);
  const now = (await stat(ours)).mtimeMs;
  for (const name of await readdir(folder)) {
    if (!name.includes('.unfinished-')) continue;
    const made = await stat(join(folder, name)).catch(() => null);
    if (made !== null && now - made.mtimeMs > abandonedAfter)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function prepareCluster(dataFolder: string, prepare: (session: Session) => Promise<void>): Promise<void> {
  const cluster = await openCluster(dataFolder);
  try {
    await prepare(makeSession(cluster));
    await cluster.exec('CHECKPOINT');
  } finally {
    await cluster.close();
  }
}
