import { readSqlState } from '../../database/failure.ts';
import type { GoodItem } from '../item/judge.ts';
import type { Reason } from '../item/reason.ts';
import type { KnownCollection } from '../load/collections.ts';
import { type Met, writeLedger } from '../load/ledger.ts';
import { type Change, findRefused, placeItems, writeChanges } from '../load/load-batch.ts';
import { type Found, lookUpItems } from '../load/lookup.ts';
import { type Quarantined, quarantineItems, releaseItems } from '../load/quarantine.ts';
import { isRefusal, MetAnother, retryTransaction } from '../load/retry.ts';
import type { Entry } from './batch.ts';
import { checkLease } from './lease.ts';
import type { Outcome, ReceiptItem } from './outcome.ts';
import { readReceipt, writeReceipt } from './receipts.ts';
import { type GoodEntry, isGood, type Later, readCollections, type ShardWork } from './shard-work.ts';

/** What is to become of each entry, in their order. */
type Verdict =
  | { readonly outcome: 'inserted' | 'updated'; readonly change: Omit<Change, 'partition'> }
  | { readonly outcome: 'unchanged'; readonly met: Met }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'quarantined'; readonly reason: Reason; readonly message: string };

/** Items that the database does not store, each with its words. */
type Refused = ReadonlyMap<GoodItem, string>;

/** Which of several items of one id is loaded: the last that is not refused. */
interface Twins {
  readonly later: Later;
  readonly refused: Refused;
}

/**
 * Loads a shard's items of one batch in one transaction and gives its receipt. Repeats where another loader or a lost
 * connection was in the way; what the database refuses to store is found, quarantined, and the rest loaded.
 */
export async function loadEntries(
  work: ShardWork,
  batch: number,
  entries: readonly Entry[],
  later: Later,
): Promise<readonly ReceiptItem[]> {
  const { clock, signal, pgstac } = work.ports;
  let refused: Refused | null = null;
  const onRetry = (error: unknown) => {
    if (readSqlState(error) === '23514') work.prepared.forget();
    if (error instanceof MetAnother) work.collections.clear();
  };
  return await retryTransaction({ clock, signal, onRetry }, async () => {
    refused ??= await findRefusedRivals(work, batch, entries, later);
    for (;;) {
      const planned = await plan(work, batch, entries, { later, refused });
      try {
        return await commit(work, batch, planned);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const found = await findRefused(pgstac, planned.changes, work);
        if (found.size === 0) throw error;
        refused = new Map([...refused, ...found]);
      }
    }
  });
}

/** Another shard's item takes the place of an earlier one only if the database stores it, so it is asked here too. */
async function findRefusedRivals(
  work: ShardWork,
  batch: number,
  entries: readonly Entry[],
  later: Later,
): Promise<Refused> {
  const isRival = ({ shard }: Entry) => shard !== work.lease.shard;
  const rivals = [...new Set(entries.flatMap((entry) => later.get(entry) ?? []))].filter(isRival);
  if (rivals.length === 0) return new Map();
  const among = new Map(rivals.map((rival) => [rival, (later.get(rival) ?? []).filter(isRival)]));
  let refused: Refused = new Map();
  for (;;) {
    const { changes } = await plan(work, batch, rivals, { later: among, refused });
    const found = await findRefused(work.ports.pgstac, changes, work);
    if (found.size === 0) return refused;
    refused = new Map([...refused, ...found]);
  }
}

interface Planned {
  readonly entries: readonly Entry[];
  /** Of each entry. */
  readonly verdicts: readonly Verdict[];
  readonly changes: readonly Change[];
}

async function plan(work: ShardWork, batch: number, entries: readonly Entry[], twins: Twins): Promise<Planned> {
  const verdicts = await decide(work, batch, entries, twins);
  const unplaced = verdicts.flatMap((verdict) => ('change' in verdict ? [verdict.change] : []));
  return { entries, verdicts, changes: await placeItems(unplaced, work.shardBy, work.prepared) };
}

async function decide(
  work: ShardWork,
  batch: number,
  entries: readonly Entry[],
  { later, refused }: Twins,
): Promise<readonly Verdict[]> {
  const isReplaced = (entry: Entry) => later.get(entry)?.some(({ judged }) => !refused.has(judged)) === true;
  const good = entries.filter(isGood).filter((entry) => !isReplaced(entry));
  const items = good.map(({ judged }) => judged);
  const collections = await readCollections(work, items);
  const found = await lookUpAll(work, batch, good, collections);
  return entries.map((entry): Verdict => {
    const { judged: item, position } = entry;
    if (item.kind === 'bad') return { outcome: 'quarantined', reason: item.reason, message: item.message };
    if (isReplaced(entry)) return { outcome: 'duplicate' };
    const collection = collections.get(item.collection);
    const seen = found.get(entry);
    if (collection === undefined || seen === undefined)
      return {
        outcome: 'quarantined',
        reason: 'unknownCollection',
        message: `there is no collection ${item.collection} in pgSTAC, and the source has none`,
      };
    const refusal = refused.get(item);
    if (refusal !== undefined) return { outcome: 'quarantined', reason: 'refusedByDatabase', message: refusal };
    if (seen.superseded) return { outcome: 'duplicate' };
    const met = { item, position, found: seen };
    if (seen.unchanged && work.skip) return { outcome: 'unchanged', met };
    return { outcome: seen.partitions.length > 0 ? 'updated' : 'inserted', change: { ...met, collection } };
  });
}

async function lookUpAll(
  work: ShardWork,
  batch: number,
  entries: readonly GoodEntry[],
  collections: ReadonlyMap<string, KnownCollection>,
): Promise<ReadonlyMap<Entry, Found>> {
  const all = new Map<Entry, Found>();
  const place = { run: work.lease.run, batch };
  await work.ports.pgstac.session(async (session) => {
    for (const collection of new Set(entries.map(({ judged }) => judged.collection))) {
      if (!collections.has(collection)) continue;
      const own = entries.filter(({ judged }) => judged.collection === collection);
      const items = own.map(({ judged: item, position }) => ({ item, position }));
      const found = await lookUpItems(session, collection, place, items);
      own.forEach((entry, number) => {
        all.set(entry, found[number] as Found);
      });
    }
  });
  return all;
}

async function commit(
  work: ShardWork,
  batch: number,
  { entries, verdicts, changes }: Planned,
): Promise<readonly ReceiptItem[]> {
  const receipt = entries.map((entry, place) => describeEntry(entry, (verdicts[place] as Verdict).outcome));
  const bad = entries.flatMap((entry, place) => describeBad(entry, verdicts[place] as Verdict));
  const unchanged = verdicts.flatMap((verdict) => ('met' in verdict ? [verdict.met] : []));
  const { lease, ports } = work;
  return await ports.pgstac.transaction(async (session) => {
    if (!(await writeReceipt(session, lease, batch, receipt)))
      return (await readReceipt(session, lease.run, lease.shard, batch)) ?? receipt;
    if (work.compression !== null)
      await session.query(`SELECT set_config('default_toast_compression', $1, true)`, [work.compression]);
    await writeLedger(session, { run: lease.run, batch }, [...changes, ...unchanged]);
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
