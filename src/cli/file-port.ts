import { open, readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FilePort } from '../ingest/ports.ts';
import { changed } from '../ingest/source/download.ts';

/** Files below a folder. One that changes while it is being read is an `IngestionFailure`. */
export function createFilePort(folder: string): FilePort {
  return {
    open: (path) => readWhole(resolve(folder, path), path),
    size: async (path) => {
      const found = await stat(resolve(folder, path)).catch(() => null);
      return found?.isFile() === true ? found.size : null;
    },
    list: async (path) => {
      const entries = await readdir(resolve(folder, path), { withFileTypes: true });
      return await Promise.all(
        entries.map(async (entry) => {
          const isLink = entry.isSymbolicLink();
          const isFolder = isLink ? await leadsToFolder(resolve(folder, path, entry.name)) : entry.isDirectory();
          return { name: entry.name, isFolder, isLink };
        }),
      );
    },
  };
}

async function* readWhole(place: string, name: string): AsyncGenerator<Uint8Array> {
  const file = await open(place);
  try {
    const before = await file.stat({ bigint: true });
    yield* file.createReadStream({ highWaterMark: 1 << 20, autoClose: false });
    const after = await file.stat({ bigint: true });
    // A pipe has no size, and its end is its writer's.
    if (before.isFile() && (before.size !== after.size || before.mtimeNs !== after.mtimeNs)) throw changed(name);
  } finally {
    await file.close();
  }
}

/** False where the link leads nowhere: who reads it is told so. */
async function leadsToFolder(place: string): Promise<boolean> {
  return await stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
