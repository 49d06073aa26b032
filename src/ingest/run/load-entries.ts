import { together } from '../../database/connection.ts';
import { readSqlState } from '../../database/failure.ts';
import { type QueuedAsset, queueAssets } from '../assets/asset-queue.ts';
import { listAssets } from '../assets/list-assets.ts';
import type { GoodItem } from '../item/judge.ts';
import type { Fault } from '../item/reason.ts';
import { writeLedger } from '../load/ledger.ts';
import { type Change, findRefused, lockTargets, writeRows } from '../load/load-batch.ts';
import { placeItems } from '../load/prepared.ts';
import { type Quarantined, quarantineItems, releaseItems } from '../load/quarantine.ts';
import { isRefusal, MetAnother, retryTransaction } from '../load/retry.ts';
import type { SchemaJudge } from '../schema/judge-schemas.ts';
import { decide, type Refused, type Twins, type Verdict } from './decide.ts';
import type { Entry } from './entry.ts';
import { checkLease } from './lease.ts';
import type { Outcome, ReceiptItem } from './outcome.ts';
import { isDoneAlready, readReceipt, writeReceipt } from './receipts.ts';
import type { Later, ShardWork } from './shard-work.ts';

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
  const { pgstac } = work.ports;
  let refused: Refused | null = null;
  let again = false;
  const onRetry = (error: unknown) => {
    again = true;
    if (readSqlState(error) === '23514') work.prepared.forget();
    // 23505: another loader has put an item there.
    if (error instanceof MetAnother || readSqlState(error) === '23505') work.collections.clear();
  };
  return await retryTransaction({ ...work.ports, onRetry }, async () => {
    refused ??= await findRefusedRivals(work, batch, entries, later);
    for (;;) {
      const planned = await plan(work, batch, entries, { later, refused, again });
      refused = planned.refused;
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
    const planned = await plan(work, batch, rivals, { later: among, refused, again: true });
    const found = await findRefused(work.ports.pgstac, planned.changes, work);
    if (found.size === 0) return planned.refused;
    refused = new Map([...planned.refused, ...found]);
  }
}

interface Planned {
  readonly entries: readonly Entry[];
  /** Of each entry. */
  readonly verdicts: readonly Verdict[];
  readonly changes: readonly Change[];
  /** With what the schemas had to say. */
  readonly refused: Refused;
}

async function plan(work: ShardWork, batch: number, entries: readonly Entry[], twins: Twins): Promise<Planned> {
  let { refused } = twins;
  for (;;) {
    const verdicts = await decide(work, batch, entries, { ...twins, refused });
    const unplaced = verdicts.flatMap((verdict) => ('change' in verdict ? [verdict.change] : []));
    // Only what is to be written: what is there unchanged was judged when it came.
    const faults = await judgeBySchemas(work.schemas, unplaced);
    if (faults.size === 0) {
      const changes = await placeItems(unplaced, work.shardBy, work.prepared);
      return { entries, verdicts, changes, refused };
    }
    refused = new Map([...refused, ...faults]);
  }
}

async function judgeBySchemas(schemas: SchemaJudge | null, changes: readonly Pick<Change, 'item'>[]): Promise<Refused> {
  const faults = new Map<GoodItem, Fault>();
  if (schemas === null) return faults;
  for (const { item } of changes) {
    const fault = await schemas(item);
    if (fault !== null) faults.set(item, fault);
  }
  return faults;
}

async function commit(
  work: ShardWork,
  batch: number,
  { entries, verdicts, changes }: Planned,
): Promise<readonly ReceiptItem[]> {
  const receipt = entries.map((entry, place) => describeEntry(entry, (verdicts[place] as Verdict).outcome));
  const bad = entries.flatMap((entry, place) => describeBad(entry, verdicts[place] as Verdict));
  const unchanged = verdicts.flatMap((verdict) => ('met' in verdict ? [verdict.met] : []));
  const assets = entries.flatMap((entry, place) => listWanted(work, entry, verdicts[place] as Verdict));
  const { lease, ports, pipeline } = work;
  try {
    const written = await ports.pgstac.transaction(async (session) => {
      const [time] = await together([
        writeReceipt(session, { ...lease, batch }, receipt, work.compression),
        writeLedger(session, { run: lease.run, batch, pipeline }, [...changes, ...unchanged]),
        lockTargets(session, changes),
        releaseItems(session, pipeline, changes),
        queueAssets(session, { ...lease, pipeline }, assets),
      ]);
      await quarantineItems(session, { ...lease, pipeline, batch }, bad);
      await together([writeRows(session, changes, work), checkLease(session, lease)]);
      return time;
    });
    work.log?.add({ run: lease.run, shard: lease.shard, pipeline, batch, written, items: receipt });
    return receipt;
  } catch (error) {
    if (!isDoneAlready(error)) throw error;
    return (await ports.pgstac.session((session) => readReceipt(session, lease, batch))) ?? receipt;
  }
}

/** Of an unchanged item too: what the spec names, or where to, may be another than when it was loaded. */
function listWanted(
  { assets, isApi }: ShardWork,
  { judged, source }: Entry,
  { outcome }: Verdict,
): readonly QueuedAsset[] {
  const changed = outcome === 'inserted' || outcome === 'updated';
  if (assets === null || judged.kind === 'bad' || !(changed || outcome === 'unchanged')) return [];
  return listAssets(judged, { source, isApi }, assets).map((asset) => ({ ...asset, changed }));
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
