import { type GoodItem, hashBytes } from '../item/judge.ts';
import { compactUnread } from '../json/compact.ts';
import { type Found, readLedger } from '../load/lookup.ts';
import { retryTransaction } from '../load/retry.ts';
import type { SourceDocument } from '../source/document.ts';
import type { ShardWork } from './shard-work.ts';

/** An item that was loaded before with these very bytes and still is where it was put. */
export interface Recognised {
  readonly item: GoodItem;
  readonly found: Found;
}

/** Tells those of some documents that need not be read to be known. */
export type Recognise = (documents: readonly SourceDocument[]) => Promise<ReadonlyMap<SourceDocument, Recognised>>;

/** Below this share of documents that were recognised, reading all of them is as quick. */
const WORTH = 0.25;

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
    if (!isWorthIt && rows.isWorthIt) return new Map();
    const guessed = documents.flatMap((document) => guessItem(document) ?? []);
    const known = await lookUp(work, guessed);
    isWorthIt = known.size >= documents.length * WORTH;
    return known;
  };
}

interface Guess {
  readonly document: SourceDocument;
  readonly collection: string;
  readonly id: string;
  readonly bytes: Buffer;
  readonly hash: string;
}

const ID = Buffer.from('"id"');
const COLLECTION = Buffer.from('"collection"');
const VALUE = /^\s*:\s*"([^"\\]+)"/;
const LONGEST_VALUE = 1100;

function guessItem(document: SourceDocument): readonly Guess[] | null {
  if (document.tooLarge || document.brokenLink !== undefined) return null;
  const id = guessText(document.bytes, ID);
  const collection = id === null ? null : guessText(document.bytes, COLLECTION);
  if (id === null || collection === null) return null;
  const bytes = compactUnread(document.bytes);
  return [{ document, collection, id, bytes, hash: hashBytes(bytes) }];
}

/** The first text that stands behind a key: `"collection"` is a link's `rel` as well. */
function guessText(bytes: Buffer, key: Buffer): string | null {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
    const behind = at + key.length;
    const found = VALUE.exec(bytes.toString('utf8', behind, behind + LONGEST_VALUE));
    if (found?.[1] !== undefined) return found[1];
  }
  return null;
}

async function lookUp(work: ShardWork, guessed: readonly Guess[]): Promise<ReadonlyMap<SourceDocument, Recognised>> {
  const known = new Map<SourceDocument, Recognised>();
  const { run } = work.lease;
  await retryTransaction(work.ports, () =>
    work.ports.pgstac.session(async (session) => {
      for (const name of new Set(guessed.map(({ collection }) => collection))) {
        const own = guessed.filter(({ collection }) => collection === name);
        const noted = await readLedger(session, name, own);
        for (const { document, collection, id, bytes, hash } of own) {
          const row = noted.get(id);
          if (row === undefined || row.hash !== hash || !row.inPlace || row.start === null || row.run === run) continue;
          const start = BigInt(row.start);
          const item: GoodItem = { kind: 'item', id, collection, start, end: start, geometry: null, bytes, hash };
          const { version } = row;
          const found = { version, own: false, superseded: false, unchanged: true, isThere: true, partitions: [] };
          known.set(document, { item, found });
        }
      }
    }),
  );
  return known;
}
