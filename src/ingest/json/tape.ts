import type { KnownTexts } from './known-texts.ts';

/** What a token of a `Tape` is. A string with escapes is told apart, since its bytes are not its text. */
export const Token = {
  object: 1,
  array: 2,
  string: 3,
  escapedString: 4,
  number: 5,
  true: 6,
  false: 7,
  null: 8,
} as const;
export type Token = (typeof Token)[keyof typeof Token];

/**
 * One JSON text as a flat list of its values in the order they stand, keys included, each with its bytes and the index
 * behind its subtree. Token 0 is the root. In an object, keys and values alternate. Read it before the scanner that
 * made it scans again: the arrays are reused.
 */
export interface Tape {
  readonly bytes: Buffer;
  readonly kinds: Uint8Array;
  /** Offset of a value's first byte, quotes included. */
  readonly starts: Uint32Array;
  /** Offset behind a value's last byte. */
  readonly ends: Uint32Array;
  /** Index of the token behind a value and all within it. */
  readonly nexts: Uint32Array;
  /** Bytes of insignificant whitespace. */
  readonly whitespace: number;
  readonly texts: KnownTexts;
}

export function kindAt(tape: Tape, index: number): Token {
  return tape.kinds[index] as Token;
}

export function isString(tape: Tape, index: number): boolean {
  const kind = tape.kinds[index];
  return kind === Token.string || kind === Token.escapedString;
}

/** The text of a string or key, escapes resolved. */
export function readString(tape: Tape, index: number): string {
  const start = tape.starts[index] as number;
  const end = tape.ends[index] as number;
  if (tape.kinds[index] === Token.escapedString) return JSON.parse(tape.bytes.toString('utf8', start, end)) as string;
  return tape.texts.read(tape.bytes, start + 1, end - 1);
}

/** A value as it is written. */
export function readRaw(tape: Tape, index: number): string {
  return tape.bytes.toString('utf8', tape.starts[index] as number, tape.ends[index] as number);
}

/** Key → index of its value. Of a key that stands twice the last one counts, as in jsonb. */
export function readMembers(tape: Tape, object: number): Map<string, number> {
  const members = new Map<string, number>();
  const end = tape.nexts[object] as number;
  for (let key = object + 1; key < end; key = tape.nexts[key + 1] as number)
    members.set(readString(tape, key), key + 1);
  return members;
}

/** Indexes of an array's elements. */
export function readElements(tape: Tape, array: number): number[] {
  const elements: number[] = [];
  const end = tape.nexts[array] as number;
  for (let element = array + 1; element < end; element = tape.nexts[element] as number) elements.push(element);
  return elements;
}

/** How many elements an array has. */
export function countElements(tape: Tape, array: number): number {
  let count = 0;
  const end = tape.nexts[array] as number;
  for (let element = array + 1; element < end; element = tape.nexts[element] as number) count += 1;
  return count;
}

/**
 * The value of one key of an object, without making a text of every other; the last where the key stands twice.
 * `name` must be ASCII.
 */
export function findMember(tape: Tape, object: number, name: Buffer): number | undefined {
  let found: number | undefined;
  const end = tape.nexts[object] as number;
  for (let key = object + 1; key < end; key = tape.nexts[key + 1] as number) {
    const start = (tape.starts[key] as number) + 1;
    const stop = (tape.ends[key] as number) - 1;
    const same =
      tape.kinds[key] === Token.escapedString
        ? readString(tape, key) === name.toString('latin1')
        : stop - start === name.length && hasBytesAt(tape.bytes, start, name);
    if (same) found = key + 1;
  }
  return found;
}

/** Fewer bytes are compared by a loop: it is quicker than a call out of JavaScript. */
const FEW_BYTES = 64;

/** Whether these bytes stand there. */
export function hasBytesAt(bytes: Buffer, start: number, wanted: Buffer): boolean {
  if (wanted.length >= FEW_BYTES) {
    const end = start + wanted.length;
    return end <= bytes.length && bytes.compare(wanted, 0, wanted.length, start, end) === 0;
  }
  for (let at = 0; at < wanted.length; at += 1) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}
