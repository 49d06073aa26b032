import { KEPT_BYTES, MAX_DOCUMENT_BYTES } from './document.ts';

/** A document cut out of a stream of bytes, not yet looked at. */
export interface Piece {
  readonly bytes: Buffer;
  readonly place: string;
  readonly tooLarge: boolean;
}

/** Every line that is not blank is a document; those that end in one chunk come together, as parts of its memory. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Piece[]> {
  let line = 1;
  let kept: Buffer[] = [];
  let size = 0;
  const finishLine = (): Piece | null => {
    const bytes = trimBlank(kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept));
    const tooLarge = size > MAX_DOCUMENT_BYTES;
    [kept, size] = [[], 0];
    return bytes.length === 0
      ? null
      : { bytes: tooLarge ? keepBeginning(bytes) : bytes, place: `line ${line}`, tooLarge };
  };
  for await (const chunk of chunks) {
    const pieces: Piece[] = [];
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(0x0a, start);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      size += part.length;
      if (size <= MAX_DOCUMENT_BYTES || kept.length === 0) kept.push(part);
      if (end < 0) break;
      const piece = finishLine();
      if (piece !== null) pieces.push(piece);
      line += 1;
      start = end + 1;
    }
    if (pieces.length > 0) yield pieces;
  }
  const last = finishLine();
  if (last !== null) yield [last];
}

/** A copy: a part of the buffer would keep all of it in memory for as long as a batch waits. */
export function keepBeginning(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, KEPT_BYTES));
}

function trimBlank(bytes: Buffer): Buffer {
  let [start, end] = [0, bytes.length];
  while (start < end && isBlank(bytes[start])) start += 1;
  while (end > start && isBlank(bytes[end - 1])) end -= 1;
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}
