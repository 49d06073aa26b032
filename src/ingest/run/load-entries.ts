import { readSqlState } from '../../database/failure.ts';
import type { GoodItem } from '../item/judge.ts';
import type { Reason } from '../item/reason.ts';
import type { KnownCollection } from '../load/collections.ts';
import { type Change, findRefused, placeItems, writeChanges } from '../load/load-batch.ts';
import { type Found, lookUpItems } from '../load/lookup.ts';
import { type Quarantined, quarantineItems, releaseItems } from '../load/quarantine.ts';
import { isRefusal, MetAnother, retryTransaction } from '../load/retry.ts';
import type { Entry } from './batch.ts';
import { checkLease } from './lease.ts';
import type { Outcome, ReceiptItem } from './outcome.ts';
import { readReceipt, writeReceipt } from './receipts.ts';
import { readCollections, type ShardWork } from './shard-work.ts';

/** What is to become of each entry, in their order. */
type Verdict =
  | { readonly outcome: 'inserted' | 'updated'; readonly change: Omit<Change, 'partition'> }
  | { readonly outcome: 'unchanged' | 'duplicate' }
  | { readonly outcome: 'quarantined'; readonly reason: Reason; readonly message: string };

/**
 * Loads a shard's items of one batch in one transaction and gives its receipt. Repeats where another loader or a lost
 * connection was in the way; what the database refuses to store is found one by one, quarantined, and the rest loaded.
 */
export async function loadEntries(
  work: ShardWork,
  batch: number,
  entries: readonly Entry[],
  duplicates: ReadonlySet<Entry>,
): Promise<readonly ReceiptItem[]> {
  let refused: ReadonlyMap<GoodItem, string> = new Map();
  const { clock, signal } = work.ports;
  const onRetry = (error: unknown) => {
    if (readSqlState(error) === '23514') work.prepared.forget();
    if (error instanceof MetAnother) work.collections.clear();
  };
  return await retryTransaction({ clock, signal, onRetry }, async () => {
    for (;;) {
      const verdicts = await decide(work, entries, duplicates, refused);
      const unplaced = verdicts.flatMap((verdict) => ('change' in verdict ? [verdict.change] : []));
      const changes = await placeItems(unplaced, work.shardBy, work.prepared);
      try {
        return await commit(work, batch, entries, verdicts, changes);
      } catch (error) {
        if (!isRefusal(error) || refused.size > 0) throw error;
        refused = await findRefused(work.ports.pgstac, changes, work);
        if (refused.size === 0) throw error;
      }
    }
  });
}

async function decide(
  work: ShardWork,
  entries: readonly Entry[],
  duplicates: ReadonlySet<Entry>,
  refused: ReadonlyMap<GoodItem, string>,
): Promise<readonly Verdict[]> {
  const good = entries.flatMap((entry) =>
    entry.judged.kind === 'item' && !duplicates.has(entry) ? [entry.judged] : [],
  );
  const collections = await readCollections(work, good);
  const found = await lookUpAll(work, good, collections);
  return entries.map((entry): Verdict => {
    const item = entry.judged;
    if (item.kind === 'bad') return { outcome: 'quarantined', reason: item.reason, message: item.message };
    if (duplicates.has(entry)) return { outcome: 'duplicate' };
    const collection = collections.get(item.collection);
    const seen = found.get(item);
    if (collection === undefined || seen === undefined)
      return {
        outcome: 'quarantined',
        reason: 'unknownCollection',
        message: `there is no collection ${item.collection} in pgSTAC, and the source has none`,
      };
    const refusal = refused.get(item);
    if (refusal !== undefined) return { outcome: 'quarantined', reason: 'refusedByDatabase', message: refusal };
    if (seen.unchanged && work.skip) return { outcome: 'unchanged' };
    return { outcome: seen.partitions.length > 0 ? 'updated' : 'inserted', change: { item, found: seen, collection } };
  });
}

async function lookUpAll(
  work: ShardWork,
  items: readonly GoodItem[],
  collections: ReadonlyMap<string, KnownCollection>,
): Promise<ReadonlyMap<GoodItem, Found>> {
  const all = new Map<GoodItem, Found>();
  await work.ports.pgstac.session(async (session) => {
    for (const collection of new Set(items.map((item) => item.collection))) {
      if (!collections.has(collection)) continue;
      const own = items.filter((item) => item.collection === collection);
      const found = await lookUpItems(session, collection, own);
      own.forEach((item, place) => {
        all.set(item, found[place] as Found);
      });
    }
  });
  return all;
}

async function commit(
  work: ShardWork,
  batch: number,
  entries: readonly Entry[],
  verdicts: readonly Verdict[],
  changes: readonly Change[],
): Promise<readonly ReceiptItem[]> {
  const receipt = entries.map((entry, place) => describeEntry(entry, (verdicts[place] as Verdict).outcome));
  const bad = entries.flatMap((entry, place) => describeBad(entry, verdicts[place] as Verdict));
  const { lease, ports } = work;
  return await ports.pgstac.transaction(async (session) => {
    if (!(await writeReceipt(session, lease, batch, receipt)))
      return (await readReceipt(session, lease.run, lease.shard, batch)) ?? receipt;
    if (work.compression !== null)
      await session.query(`SELECT set_config('default_toast_compression', $1, true)`, [work.compression]);
    await writeChanges(session, changes, work);
    if (changes.length > 0)
      await releaseItems(
        session,
        work.pipeline,
        changes.map(({ item }) => item.hash),
      );
    if (bad.length > 0)
      await quarantineItems(session, { pipeline: work.pipeline, run: lease.run, shard: lease.shard, batch }, bad);
    await checkLease(session, lease);
    return receipt;
  });
}

function describeEntry({ position, judged }: Entry, outcome: Outcome): ReceiptItem {
  return { position, id: judged.id, collection: judged.collection, outcome, hash: judged.hash };
}

function describeBad({ position, source, place, judged }: Entry, verdict: Verdict): readonly Quarantined[] {
  if (verdict.outcome !== 'quarantined') return [];
  const { hash, id: item, collection, bytes } = judged;
  const { reason, message } = verdict;
  return [{ position, source, hash, item, collection, reason, message: `${place}: ${message}`, bytes }];
}
