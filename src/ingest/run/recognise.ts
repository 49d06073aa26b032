import { type GoodItem, hashBytes, MAX_ID_BYTES } from '../item/judge.ts';
import { compactUnread } from '../json/compact.ts';
import { type Found, readLedger } from '../load/lookup.ts';
import { retryTransaction } from '../load/retry.ts';
import type { SourceDocument } from '../source/document.ts';
import { isBlank } from '../source/split.ts';
import type { ShardWork } from './shard-work.ts';

/** An item that was loaded before with these very bytes and still is where it was put. */
export interface Recognised {
  readonly item: GoodItem;
  readonly found: Found;
}

/** Tells which of some documents need not be read to be known, each in its place; null where asking is not worth it. */
export type Recognise = (documents: readonly SourceDocument[]) => Promise<readonly (Recognised | null)[] | null>;

/** Below this share of documents that were recognised, reading all of them is as quick. */
const WORTH = 0.25;

/** After so many documents that are hashed, others get their turn. */
const TURN_ITEMS = 32;

/**
 * Recognises unchanged items by their hash: an id and a collection are guessed from a document's bytes, and where the
 * ledger has the document's own sha256 under those names, it is the item that was judged and loaded then; a wrong guess
 * finds nothing. What this run has met itself is left to be judged: of two of one id their places decide.
 *
 * @param rows Rows are not worth writing ahead once most items turn out to be unchanged: then it is tried again.
 */
export function makeRecogniser(work: ShardWork, rows: { readonly isWorthIt: boolean }): Recognise | null {
  if (!work.skip || work.method === 'delete-then-insert') return null;
  let isWorthIt = true;
  return async (documents) => {
    if (!isWorthIt && rows.isWorthIt) return null;
    const guesses = await guessItems(documents);
    const known = await lookUp(work, documents.length, guesses);
    isWorthIt = known.filter((one) => one !== null).length >= documents.length * WORTH;
    return known;
  };
}

/** What a document would be if it is what it looks like. */
interface Guess {
  /** Of the document among those asked for. */
  readonly place: number;
  readonly collection: string;
  readonly id: string;
  /** Without insignificant whitespace. */
  readonly bytes: Buffer;
  readonly hash: string;
}

async function guessItems(documents: readonly SourceDocument[]): Promise<readonly Guess[]> {
  const guesses: Guess[] = [];
  for (const [place, document] of documents.entries()) {
    if (place % TURN_ITEMS === TURN_ITEMS - 1) await new Promise(setImmediate);
    if (document.tooLarge || document.brokenLink !== undefined) continue;
    const id = guessText(document.bytes, ID);
    const collection = id === null ? null : guessText(document.bytes, COLLECTION);
    if (id === null || collection === null) continue;
    const bytes = compactUnread(document.bytes);
    guesses.push({ place, collection, id, bytes, hash: hashBytes(bytes) });
  }
  return guesses;
}

const ID = Buffer.from('"id"');
const COLLECTION = Buffer.from('"collection"');
const [COLON, QUOTE] = [0x3a, 0x22];

/** The first text that stands behind a key: `"collection"` is a link's `rel` as well. One with escapes is not read. */
function guessText(bytes: Buffer, key: Buffer): string | null {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
    const colon = skipBlank(bytes, at + key.length);
    if (bytes[colon] !== COLON) continue;
    const quote = skipBlank(bytes, colon + 1);
    if (bytes[quote] !== QUOTE) continue;
    const end = bytes.indexOf(QUOTE, quote + 1);
    if (end < 0 || end - quote - 1 > MAX_ID_BYTES) continue;
    const text = bytes.toString('utf8', quote + 1, end);
    if (text !== '' && !text.includes('\\')) return text;
  }
  return null;
}

function skipBlank(bytes: Buffer, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at += 1;
  return at;
}

/** What is found of an unchanged item that this run has not met. */
const AS_IT_WAS = { own: false, superseded: false, unchanged: true, isThere: true, partitions: [] };

async function lookUp(
  work: ShardWork,
  count: number,
  guesses: readonly Guess[],
): Promise<readonly (Recognised | null)[]> {
  const known: (Recognised | null)[] = new Array(count).fill(null);
  if (guesses.length === 0) return known;
  const { run } = work.lease;
  await retryTransaction(work.ports, () =>
    work.ports.pgstac.session(async (session) => {
      for (const name of new Set(guesses.map(({ collection }) => collection))) {
        const own = guesses.filter(({ collection }) => collection === name);
        const noted = await readLedger(session, { collection: name, pipeline: work.pipeline }, own);
        for (const { place, collection, id, bytes, hash } of own) {
          const row = noted.get(id);
          if (row === undefined || row.hash !== hash || !row.inPlace || row.start === null || row.run === run) continue;
          const start = BigInt(row.start);
          const item: GoodItem = { kind: 'item', id, collection, start, end: start, geometry: null, bytes, hash };
          const { version, isNoted } = row;
          const found = { version, isNoted, ...AS_IT_WAS };
          known[place] = { item, found };
        }
      }
    }),
  );
  return known;
}
