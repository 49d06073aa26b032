import { hashBytes, MAX_ID_BYTES } from '../item/judge.ts';
import { compactUnread } from '../json/compact.ts';
import type { SourceDocument } from '../source/document.ts';
import { isBlank } from '../source/split.ts';

/** What a document would be if it is what it looks like. */
export interface Guess {
  readonly collection: string;
  readonly id: string;
  /** Without insignificant whitespace. */
  readonly bytes: Buffer;
  readonly hash: string;
}

const ID = Buffer.from('"id"');
const COLLECTION = Buffer.from('"collection"');
const [COLON, QUOTE] = [0x3a, 0x22];

/** A key, its colon and its text. */
interface Member {
  readonly text: string;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * Guesses documents one after the other; null of one that looks like no item. Who writes many items writes their members
 * in one order, `"collection"` mostly behind all else: it is looked for where the last document had it, counted from the
 * end, and only where it is not there, or another, in all of the document.
 */
export function makeGuesser(): (document: SourceDocument) => Guess | null {
  let last: { readonly bytes: Buffer; readonly fromEnd: number; readonly collection: string } | null = null;
  const guessCollection = (bytes: Buffer): string | null => {
    if (last !== null && standsAt(bytes, bytes.length - last.fromEnd, last.bytes)) return last.collection;
    const found = findText(bytes, COLLECTION);
    if (found === null) return null;
    const { from, to, text: collection } = found;
    // A copy: a part would keep all of what was read with it in memory.
    last = { bytes: Buffer.from(bytes.subarray(from, to)), fromEnd: bytes.length - from, collection };
    return collection;
  };
  return (document) => {
    if (document.tooLarge || document.brokenLink !== undefined) return null;
    const id = findText(document.bytes, ID)?.text;
    if (id === undefined) return null;
    const collection = guessCollection(document.bytes);
    if (collection === null) return null;
    const bytes = compactUnread(document.bytes);
    return { collection, id, bytes, hash: hashBytes(bytes) };
  };
}

function standsAt(bytes: Buffer, from: number, wanted: Buffer): boolean {
  return from >= 0 && bytes.compare(wanted, 0, wanted.length, from, from + wanted.length) === 0;
}

/** The first text that stands behind a key: `"collection"` is a link's `rel` as well. One with escapes is not read. */
function findText(bytes: Buffer, key: Buffer): Member | null {
  for (let from = bytes.indexOf(key); from >= 0; from = bytes.indexOf(key, from + key.length)) {
    const colon = skipBlank(bytes, from + key.length);
    if (bytes[colon] !== COLON) continue;
    const quote = skipBlank(bytes, colon + 1);
    if (bytes[quote] !== QUOTE) continue;
    const end = bytes.indexOf(QUOTE, quote + 1);
    if (end < 0 || end - quote - 1 > MAX_ID_BYTES) continue;
    const text = bytes.toString('utf8', quote + 1, end);
    if (text !== '' && !text.includes('\\')) return { text, from, to: end + 1 };
  }
  return null;
}

function skipBlank(bytes: Buffer, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at += 1;
  return at;
}
