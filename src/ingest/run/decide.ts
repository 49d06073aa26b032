import type { GoodItem } from '../item/judge.ts';
import type { Fault } from '../item/reason.ts';
import type { KnownCollection } from '../load/collections.ts';
import type { Met } from '../load/ledger.ts';
import type { Change } from '../load/load-batch.ts';
import { type Found, lookUpItems } from '../load/lookup.ts';
import { type Entry, type GoodEntry, isGood } from './entry.ts';
import { type Later, readCollections, type ShardWork } from './shard-work.ts';

/** What is to become of an entry. */
export type Verdict =
  | { readonly outcome: 'inserted' | 'updated'; readonly change: Omit<Change, 'partition'> }
  | { readonly outcome: 'unchanged'; readonly met: Met }
  | { readonly outcome: 'unchanged' | 'ignored' | 'duplicate' }
  | ({ readonly outcome: 'quarantined' } & Fault);

/** Items that the database does not store, or a JSON Schema is not content with. */
export type Refused = ReadonlyMap<GoodItem, Fault>;

/** Which of several items of one id is loaded: the last that is not refused. */
export interface Twins {
  readonly later: Later;
  readonly refused: Refused;
  /** What was found of an entry when it was read is asked again: another loader was met since. */
  readonly again: boolean;
}

/** Not without the version that its row of the ledger is known by. */
function canBeNoted({ isNoted, version }: Found): boolean {
  return !isNoted || version !== null;
}

/** What is to become of each entry, in their order, by what the database has of it before its batch. */
export async function decide(
  work: ShardWork,
  batch: number,
  entries: readonly Entry[],
  { later, refused, again }: Twins,
): Promise<readonly Verdict[]> {
  const isReplaced = (entry: Entry) => later.get(entry)?.some(({ judged }) => !refused.has(judged)) === true;
  const good = entries.filter(isGood).filter((entry) => !isReplaced(entry));
  const collections = await readCollections(
    work,
    good.map(({ judged }) => judged.collection),
  );
  const asked = good.filter(
    ({ found, judged }) => again || found === null || (!canBeNoted(found) && work.notes.isWanted(judged)),
  );
  const found = await lookUpAll(work, batch, asked, collections);
  return entries.map((entry): Verdict => {
    const { judged: item, position } = entry;
    if (item.kind === 'bad') return { outcome: 'quarantined', reason: item.reason, message: item.message };
    if (isReplaced(entry)) return { outcome: 'duplicate' };
    const collection = collections.get(item.collection);
    const seen = found.get(entry) ?? entry.found ?? undefined;
    if (collection === undefined || seen === undefined)
      return {
        outcome: 'quarantined',
        reason: 'unknownCollection',
        message: `there is no collection ${item.collection} in pgSTAC, and the source has none`,
      };
    const refusal = refused.get(item);
    if (refusal !== undefined) return { outcome: 'quarantined', ...refusal };
    if (seen.superseded) return { outcome: 'duplicate' };
    return decideGood(work, { item, position, found: seen, collection, row: entry.row });
  });
}

/**
 * By the pipeline's method. What this run has loaded itself is no item that was there already: of two of one id the
 * later place wins, however far apart they are and whichever is loaded first. So what a method leaves as it was is not
 * noted in the ledger as met by this run.
 */
function decideGood({ method, skip, notes }: ShardWork, change: Omit<Change, 'partition'>): Verdict {
  const { isThere, own, unchanged } = change.found;
  const isKept = (method === 'insert' || method === 'ignore') && isThere && !own;
  if (unchanged && skip && method !== 'delete-then-insert')
    return isKept || !canBeNoted(change.found) || (change.found.isNoted && !notes.isWanted(change.item))
      ? { outcome: 'unchanged' }
      : { outcome: 'unchanged', met: change };
  if (!isKept) return { outcome: isThere ? 'updated' : 'inserted', change };
  if (method === 'ignore') return { outcome: 'ignored' };
  return {
    outcome: 'quarantined',
    reason: 'alreadyLoaded',
    message: `${change.item.id} of ${change.item.collection} is there already, and method: insert keeps what is there`,
  };
}

async function lookUpAll(
  work: ShardWork,
  batch: number,
  entries: readonly GoodEntry[],
  collections: ReadonlyMap<string, KnownCollection>,
): Promise<ReadonlyMap<Entry, Found>> {
  const all = new Map<Entry, Found>();
  const place = { run: work.lease.run, batch };
  const skip = work.skip && work.method !== 'delete-then-insert';
  await work.ports.pgstac.session(async (session) => {
    for (const collection of new Set(entries.map(({ judged }) => judged.collection))) {
      if (!collections.has(collection)) continue;
      const own = entries.filter(({ judged }) => judged.collection === collection);
      const items = own.map(({ judged: item, position }) => ({ item, position }));
      const isOurs = collections.get(collection)?.wasEmpty === true;
      const found = await lookUpItems(session, { collection, isOurs, skip, pipeline: work.pipeline }, place, items);
      own.forEach((entry, number) => {
        all.set(entry, found[number] as Found);
      });
    }
  });
  return all;
}
