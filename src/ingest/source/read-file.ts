import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isWebUrl } from '../../model/names.ts';
import { failToRead, IngestionFailure } from '../failure.ts';
import { parseObjectUrl } from '../objects/location.ts';
import type { SourceDocument } from './document.ts';
import { downloadFile, downloadObject } from './download.ts';
import { describeUrl } from './link.ts';
import type { FilesPorts } from './list-files.ts';
import { isBlank, type Piece, splitLines } from './split.ts';
import { splitValues } from './split-values.ts';

/** Endings of files that have one document a line, before a `.gz`. */
const LINE_FILES = /\.(ndjson|jsonl|ndgeojson|geojsonl)$/;

/** Of unpacked bytes at once. */
const UNPACKED_BYTES = 256 * 1024;

/**
 * The documents of a file on disk, on the web or in Cloud Storage, packed by gzip or not: in groups of those that end in
 * one piece of what is read, since a promise for each of them would cost as much as reading it.
 *
 * @param count Told the bytes of the file itself, as they are read.
 */
export async function* readFile(
  path: string,
  ports: FilesPorts,
  count: (bytes: number) => void = () => undefined,
): AsyncGenerator<readonly SourceDocument[]> {
  const chunks = readPlain(path, countBytes(readRaw(path, ports), count));
  const source = isWebUrl(path) ? describeUrl(path) : path;
  const groups: AsyncGenerator<readonly Piece[]> = LINE_FILES.test(source.replace(/\.gz$/, ''))
    ? splitLines(chunks)
    : splitValues(chunks);
  for await (const pieces of groups)
    yield pieces.map(({ bytes, place, tooLarge }) => ({ bytes, source, place, tooLarge }));
}

/** The file's bytes, unpacked where they are gzip's, without a byte order mark. */
async function* readPlain(path: string, raw: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    const start = await readStart(raw);
    if (start === null) return;
    if (isWebUrl(path)) refuseMarkup(path, start);
    const packed = start[0] === 0x1f && start[1] === 0x8b;
    const chunks = prepend(start, raw);
    let atStart = true;
    for await (const chunk of packed ? unpack(path, chunks) : chunks) {
      const hasMark = atStart && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      atStart = false;
      yield hasMark ? chunk.subarray(3) : chunk;
    }
  } finally {
    // Whoever stops in the middle leaves no file open.
    await raw.return(undefined);
  }
}

/** At least the three bytes that tell what follows, where there are as many. */
async function readStart(raw: AsyncGenerator<Buffer>): Promise<Buffer | null> {
  let start: Buffer | null = null;
  while (start === null || start.length < 3) {
    const { done, value } = await raw.next();
    if (done === true) break;
    start = start === null ? value : Buffer.concat([start, value]);
  }
  return start;
}

/** A server that answers with a page of its own, for people, has not found the file. */
export function refuseMarkup(path: string, start: Buffer): void {
  if (start.find((byte) => !isBlank(byte)) === 0x3c)
    throw new IngestionFailure('source', `${describeUrl(path)} answers with a web page, not with items`, {
      hint: 'open it in a browser: it may want a login, or be somewhere else by now',
    });
}

/** A file's bytes as they are, wherever it is. */
export async function* readRaw(path: string, ports: FilesPorts): AsyncGenerator<Buffer> {
  const object = parseObjectUrl(path);
  if (object !== null) yield* downloadObject(object, ports);
  else if (isWebUrl(path)) yield* downloadFile(path, ports);
  else {
    try {
      for await (const chunk of ports.files.open(path))
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    } catch (cause) {
      failToRead(path, cause);
    }
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** All members of a gzip file; its sums and lengths are checked, and that nothing comes after them. */
async function* unpack(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  const source = Readable.from(
    countBytes(chunks, (bytes) => {
      size += bytes;
    }),
  );
  const gunzip = createGunzip({ chunkSize: UNPACKED_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
    if (gunzip.bytesWritten !== size) throw new Error('there is more after the end of what is packed');
  } catch (cause) {
    failToRead(isWebUrl(path) ? describeUrl(path) : path, cause);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function* countBytes(chunks: AsyncIterable<Buffer>, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}
