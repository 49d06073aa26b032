import { copyFile, type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { IngestionFailure } from '../ingest/failure.ts';
import type { PartFile, WritePort } from '../ingest/ports.ts';

/** Files below a folder. Until it is whole a file is `NAME.part`, and what is noted of it is in `NAME.part.json`. */
export function createWritePort(folder: string): WritePort {
  return {
    has: async (path) => {
      const found = await stat(resolve(folder, path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
        throw refuse(path, error);
      });
      return found?.isFile() === true;
    },
    openPart: (path) => explain(path, () => openPart(resolve(folder, path), path)),
  };
}

async function openPart(place: string, path: string): Promise<PartFile> {
  const [part, noted] = [`${place}.part`, `${place}.part.json`];
  await mkdir(dirname(place), { recursive: true });
  await replaceByCopy(part);
  const file = await open(part, 'a+');
  const { size } = await file.stat();
  return {
    size,
    read: () => file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 }),
    readNote: async () => await readFile(noted, 'utf8').catch(() => null),
    note: (text) => explain(path, () => writeFile(noted, text)),
    empty: () =>
      explain(path, async () => {
        await file.truncate(0);
        await rm(noted, { force: true });
      }),
    write: async (bytes) => {
      await explain(path, () => file.appendFile(bytes));
    },
    finish: () =>
      explain(path, async () => {
        await file.sync();
        if (!(await isStillThere(file, part))) throw new Error('another process went on with it');
        await rename(part, place);
        await rm(noted, { force: true });
      }),
    close: () => file.close(),
  };
}

/** A runner that was taken for dead may still write to the file: from here on it writes to one without a name. */
async function replaceByCopy(part: string): Promise<void> {
  try {
    await copyFile(part, `${part}.new`);
    await rename(`${part}.new`, part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function isStillThere(file: FileHandle, part: string): Promise<boolean> {
  const [own, there] = await Promise.all([file.stat({ bigint: true }), stat(part, { bigint: true })]);
  return own.ino === there.ino && own.dev === there.dev;
}

async function explain<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refuse(path, error);
  }
}

function refuse(path: string, cause: unknown): IngestionFailure {
  const { message } = cause as Error;
  return new IngestionFailure('source', `${path} cannot be written: ${message}`);
}
