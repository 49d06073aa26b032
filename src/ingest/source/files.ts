import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { failToRead, IngestionFailure } from '../failure.ts';
import type { FilePort } from '../ports.ts';
import { asOnePart, type OpenSource, type SourceDocument } from './document.ts';
import { compileGlob, globFolder, isGlob } from './glob.ts';
import { type Piece, splitLines } from './split.ts';
import { splitValues } from './split-values.ts';

/** Endings of files that have one document a line, before a `.gz`. */
const LINE_FILES = /\.(ndjson|jsonl|ndgeojson|geojsonl)$/;

/**
 * Files on disk, by paths and globs: in the order of their paths, each once. A path that leads nowhere and a glob that
 * finds nothing are failures, since either would be an ingestion that silently did nothing.
 */
export function openFiles(patterns: readonly string[], files: FilePort): OpenSource {
  const listed = listFiles(patterns, files);
  listed.catch(() => undefined);
  return {
    async *collections() {
      for (const path of await listed) {
        for await (const document of readFile(path, files)) {
          if (!looksLikeCollection(document)) break;
          yield document;
        }
      }
    },
    parts: (done) =>
      asOnePart(done, async function* () {
        for (const path of await listed) yield* readFile(path, files);
      }),
  };
}

async function listFiles(patterns: readonly string[], files: FilePort): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    if (!isGlob(pattern)) {
      paths.add(pattern);
      continue;
    }
    const found = await findMatches(pattern, files);
    if (found.length === 0)
      throw new IngestionFailure('source', `no file matches ${pattern}`, {
        hint: 'paths are relative to the folder of the spec',
      });
    for (const path of found) paths.add(path);
  }
  return [...paths].sort();
}

async function findMatches(pattern: string, files: FilePort): Promise<readonly string[]> {
  const matches = compileGlob(pattern);
  const deepest = pattern.includes('**') ? Number.POSITIVE_INFINITY : pattern.split('/').length;
  const found: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    const entries = await files.list(folder === '' ? '.' : folder).catch((cause) => failToRead(folder || '.', cause));
    for (const { name, isFolder } of entries) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!isFolder && matches.test(path)) found.push(path);
      if (isFolder && depth < deepest) await walk(path, depth + 1);
    }
  };
  const start = globFolder(pattern);
  await walk(start, start === '' ? 1 : start.split('/').length + 1);
  return found;
}

async function* readFile(path: string, files: FilePort): AsyncGenerator<SourceDocument> {
  const chunks = readPlain(path, files);
  const pieces: AsyncGenerator<Piece> = LINE_FILES.test(path.replace(/\.gz$/, ''))
    ? splitLines(chunks)
    : splitValues(chunks);
  for await (const piece of pieces) yield { ...piece, source: path };
}

/** The file's bytes, unpacked where they are gzip's, without a byte order mark. */
async function* readPlain(path: string, files: FilePort): AsyncGenerator<Buffer> {
  const raw = readRaw(path, files);
  const first = await raw.next();
  if (first.done === true) return;
  const packed = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const chunks = prepend(first.value, raw);
  let atStart = true;
  for await (const chunk of packed ? unpack(path, chunks) : chunks) {
    const hasMark = atStart && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    atStart = false;
    yield hasMark ? chunk.subarray(3) : chunk;
  }
}

async function* readRaw(path: string, files: FilePort): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of files.open(path)) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  } catch (cause) {
    failToRead(path, cause);
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* unpack(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (cause) {
    failToRead(path, cause);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** A quick look before the real one: a wrong yes costs a second reading of the file, a wrong no finds it later. */
function looksLikeCollection(document: SourceDocument): boolean {
  return /"type"\s*:\s*"Collection"/.test(document.bytes.toString('latin1'));
}
