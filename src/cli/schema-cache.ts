import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CachePort } from '../ingest/ports.ts';
import type { Context } from './context.ts';
import { findCacheFolder } from './release-ports.ts';

/** JSON Schemas that were fetched, in the user's cache; nothing is kept where the environment names no place for it. */
export function createSchemaCache(context: Context): CachePort {
  const cache = findCacheFolder(context);
  if (cache === null) return { read: async () => null, write: async () => undefined };
  const folder = join(cache, 'schemas');
  return {
    read: (path) => readFile(join(folder, path)).catch(() => null),
    // What cannot be written, on a disk that is full or read-only, is fetched again next time.
    write: (path, bytes) => writeWhole(join(folder, path), bytes).catch(() => undefined),
  };
}

/** Under its name only once it is whole: whoever reads meanwhile, or after a crash, finds all of it or nothing. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
