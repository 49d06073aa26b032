import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FilePort } from '../ingest/ports.ts';
import { changed } from '../ingest/source/download.ts';

/** Read at once. */
const CHUNK_BYTES = 1 << 20;

/** Files below a folder. One that changes while it is being read is an `IngestionFailure`. */
export function createFilePort(folder: string): FilePort {
  const memory = new ChunkMemory();
  return {
    open: (path) => readWhole(resolve(folder, path), path, memory),
    reuse: (used) => memory.giveBack(used),
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

async function* readWhole(place: string, name: string, memory: ChunkMemory): AsyncGenerator<Uint8Array> {
  const file = await open(place);
  try {
    const before = await file.stat({ bigint: true });
    yield* readChunks(file, memory);
    const after = await file.stat({ bigint: true });
    // A pipe has no size, and its end is its writer's.
    if (before.isFile() && (before.size !== after.size || before.mtimeNs !== after.mtimeNs)) throw changed(name);
  } finally {
    await file.close();
  }
}

/** Each while the one before it is used. */
async function* readChunks(file: FileHandle, memory: ChunkMemory): AsyncGenerator<Uint8Array> {
  const readNext = () => {
    const next = readChunk(file, memory);
    // Its failure is met when it is awaited; until then it is nobody's.
    next.catch(() => undefined);
    return next;
  };
  for (let next = readNext(); ; ) {
    const chunk = await next;
    if (chunk.length === 0) return;
    next = readNext();
    yield chunk;
  }
}

/** Empty at the end. A copy where the memory would be half empty: that of many small files is held at once. */
async function readChunk(file: FileHandle, memory: ChunkMemory): Promise<Uint8Array> {
  const chunk = memory.take();
  const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null);
  if (bytesRead * 2 > CHUNK_BYTES) return chunk.subarray(0, bytesRead);
  const copy = chunk.slice(0, bytesRead);
  memory.giveBack(chunk.buffer);
  return copy;
}

/**
 * What files are read into, again and again: new memory for each chunk would be zeroed by the system page by page, and
 * has V8 look for garbage each time that some dozens of megabytes were taken.
 */
class ChunkMemory {
  readonly #free: Uint8Array[] = [];
  readonly #taken = new WeakMap<ArrayBufferLike, Uint8Array>();

  take(): Uint8Array {
    const chunk = this.#free.pop() ?? new Uint8Array(Buffer.allocUnsafeSlow(CHUNK_BYTES).buffer);
    this.#taken.set(chunk.buffer, chunk);
    return chunk;
  }

  giveBack(memory: ArrayBufferLike): void {
    const chunk = this.#taken.get(memory);
    if (chunk === undefined) return;
    this.#taken.delete(memory);
    this.#free.push(chunk);
  }
}

/** False where the link leads nowhere: who reads it is told so. */
async function leadsToFolder(place: string): Promise<boolean> {
  return await stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
