import type { PackedItems } from './ingested.ts';

/** Parts of a degree that a corner is rounded to. */
const SCALE = 10_000;

/** What an id may have in common with the one before, at most: the code of one character, none of them a surrogate. */
const MOST_SHARED = 0xd7ff;

export interface EncodableItem {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** Degrees, east and north; closed where the last corner is the first. */
  readonly paths: readonly (readonly (readonly [number, number])[])[];
}

export interface ItemEncoder {
  /** Best in the order of ids: what they have in common stands there once. */
  add(item: EncodableItem): void;
  finish(): PackedItems;
}

/** Packs items one after another, so that nobody has to hold all of them. */
export function encodeItems(): ItemEncoder {
  const ids: string[] = [];
  const stream = makeStream();
  let [id, start, east, north] = ['', 0, 0, 0];
  const addCorner = ([x, y]: readonly [number, number]) => {
    const [nextEast, nextNorth] = [Math.round(x * SCALE), Math.round(y * SCALE)];
    stream.writeSigned(nextEast - east);
    stream.writeSigned(nextNorth - north);
    [east, north] = [nextEast, nextNorth];
  };
  return {
    add(item) {
      const shared = countShared(id, item.id);
      ids.push(String.fromCharCode(shared) + item.id.slice(shared));
      stream.writeSigned(item.start - start);
      stream.write(Math.max(0, item.end - item.start));
      stream.write(item.paths.length);
      for (const path of item.paths) {
        const closed = isClosed(path);
        const corners = closed ? path.slice(0, -1) : path;
        stream.write(corners.length * 2 + (closed ? 1 : 0));
        corners.forEach(addCorner);
      }
      [id, start] = [item.id, item.start];
    },
    finish: () => ({ ids, scale: SCALE, bytes: stream.finish().toString('base64') }),
  };
}

function countShared(one: string, other: string): number {
  const most = Math.min(one.length, other.length, MOST_SHARED);
  let shared = 0;
  while (shared < most && one.charCodeAt(shared) === other.charCodeAt(shared)) shared += 1;
  return shared;
}

function isClosed(path: EncodableItem['paths'][number]): boolean {
  const [first, last] = [path[0], path.at(-1)];
  return path.length > 3 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
}

function makeStream() {
  let bytes = Buffer.alloc(65_536);
  let length = 0;
  /** Whole numbers from 0 to 2^53. */
  const write = (value: number) => {
    // The longest takes eight bytes.
    if (length + 8 > bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2);
    let left = value;
    // No shifts: they know 32 bits only.
    while (left >= 128) {
      bytes[length++] = (left % 128) + 128;
      left = Math.floor(left / 128);
    }
    bytes[length++] = left;
  };
  return {
    write,
    writeSigned: (value: number) => write(value < 0 ? -2 * value - 1 : 2 * value),
    finish: () => bytes.subarray(0, length),
  };
}
