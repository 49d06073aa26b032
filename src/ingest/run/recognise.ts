import type { GoodItem } from '../item/judge.ts';
import { findUnchanged } from '../load/find-unchanged.ts';
import type { Found } from '../load/lookup.ts';
import { retryTransaction } from '../load/retry.ts';
import type { SourceDocument } from '../source/document.ts';
import { type Guess, makeGuesser } from './guess-item.ts';
import type { ShardWork } from './shard-work.ts';

/** An item that was loaded before with these very bytes and still is where it was put. */
export interface Recognised {
  readonly item: GoodItem;
  readonly found: Found;
}

/**
 * Recognises unchanged items by their hash: an id and a collection are guessed from a document's bytes, and where the
 * ledger has the document's own sha256 under those names, it is the item that was judged and loaded then; a wrong guess
 * finds nothing. What this run has met itself is left to be judged: of two of one id their places decide.
 */
export interface Recogniser {
  /** Of each document, null where it looks like no item; null for all where asking is not worth it. */
  guess(documents: readonly SourceDocument[]): readonly (Guess | null)[] | null;
  /** Of each guess, null where it was wrong or the item has changed. */
  ask(guesses: readonly (Guess | null)[]): Promise<readonly (Recognised | null)[]>;
}

/** Below this share of documents that were recognised, reading all of them is as quick. */
const WORTH = 0.25;

/**
 * @param rows Rows are not worth writing ahead once most items turn out to be unchanged: then it is tried again.
 * @returns Null where every document is to be read.
 */
export function makeRecogniser(work: ShardWork, rows: { readonly isWorthIt: boolean }): Recogniser | null {
  if (!work.skip || work.method === 'delete-then-insert') return null;
  const guessItem = makeGuesser();
  // Of collections that had no items the ledger has nothing that would still be in place.
  const collections = [...work.collections.values()];
  let isWorthIt = collections.length === 0 || collections.some(({ wasEmpty }) => !wasEmpty);
  return {
    guess: (documents) => (isWorthIt || !rows.isWorthIt ? documents.map(guessItem) : null),
    async ask(guesses) {
      const known = await lookUp(work, guesses);
      isWorthIt = known.filter((one) => one !== null).length >= guesses.length * WORTH;
      return known;
    },
  };
}

async function lookUp(work: ShardWork, guesses: readonly (Guess | null)[]): Promise<readonly (Recognised | null)[]> {
  const byCollection = new Map<string, number[]>();
  for (const [place, guess] of guesses.entries()) {
    if (guess === null) continue;
    const places = byCollection.get(guess.collection);
    if (places === undefined) byCollection.set(guess.collection, [place]);
    else places.push(place);
  }
  const known: (Recognised | null)[] = new Array(guesses.length).fill(null);
  if (byCollection.size === 0) return known;
  const asker = { run: work.lease.run, pipeline: work.pipeline, notesAll: work.notes.areOfAll };
  await retryTransaction(work.ports, () =>
    work.ports.pgstac.session(async (session) => {
      for (const [collection, places] of byCollection) {
        const own = places.map((place) => guesses[place] as Guess);
        for (const { place, start, found } of await findUnchanged(session, collection, asker, own)) {
          const item: GoodItem = { kind: 'item', ...(own[place] as Guess), start, end: start, geometry: null };
          known[places[place] as number] = { item, found };
        }
      }
    }),
  );
  return known;
}
