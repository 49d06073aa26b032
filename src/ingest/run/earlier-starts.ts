import type { Database, Session } from '../../database/connection.ts';
import { retryTransaction } from '../load/retry.ts';
import { type Entry, isGood } from './entry.ts';
import { checkLease, type Lease } from './lease.ts';
import type { ReceiptItem } from './outcome.ts';
import { listReceipts, readReceipt } from './receipts.ts';
import type { ShardWork } from './shard-work.ts';

/** What is left to do of a batch after what earlier starts of its shard did. */
export type Remaining =
  | { readonly kind: 'done'; readonly receipt: readonly ReceiptItem[] }
  | { readonly kind: 'open'; readonly number: number; readonly entries: readonly Entry[] };

/** What earlier starts of a shard left. */
export interface EarlierStarts {
  /**
   * To be asked batch by batch, in the source's order, one after the other. `quiet` is awaited before anything is read
   * from what is committed: no batch may be in flight then.
   */
  compare(number: number, mine: readonly Entry[], quiet: () => Promise<void>): Promise<Remaining>;
}

/**
 * A batch that has a receipt and is what it was is done. Where it is not, the source has changed since, and nothing after
 * it can be told by its number any more: what this run has done already is then known item by item, and what is left of
 * each batch takes a number that none has had. So nothing is lost, nor written twice, whatever became of the source.
 */
export async function recallEarlierStarts(work: ShardWork): Promise<EarlierStarts> {
  const { lease, ports } = work;
  const done = await listReceipts(ports.pgstac, lease.run, lease.shard);
  const undone = await listUndone(ports.ingest, lease, done);
  const mostDone = Math.max(0, ...done);
  let free = 1 + Math.max(mostDone, ...undone);
  let differ = false;
  /** Whether the source is seen by a batch to have changed since. */
  async function isAnother(number: number, mine: readonly Entry[]): Promise<boolean> {
    // What stands in the log already need not be written there again, and its number must not mean anything else.
    if (undone.has(number) && !isSame(await readLogged(ports.ingest, lease, number), mine)) return true;
    return number < mostDone && mine.length > 0 && (await haveMoved(ports.pgstac, lease, number, mine));
  }
  return {
    async compare(number, mine, quiet) {
      if (!differ && done.has(number)) {
        const receipt = await ports.pgstac.session((session) => readReceipt(session, lease, number));
        if (receipt !== null && isSame(receipt, mine)) return { kind: 'done', receipt };
        differ = true;
      }
      differ ||= await isAnother(number, mine);
      if (mine.length === 0) return { kind: 'done', receipt: [] };
      if (!differ) return { kind: 'open', number, entries: mine };
      await quiet();
      await noteMet(work);
      const entries = await ports.pgstac.session((session) => dropMet(session, work, mine));
      return entries.length === 0 ? { kind: 'done', receipt: [] } : { kind: 'open', number: free++, entries };
    },
  };
}

/**
 * Batches that stand in the log though they have no receipt: the pgstac database was restored from a backup that is older
 * than the log, which keeps what was done and is undone now.
 */
async function listUndone(ingest: Database, lease: Lease, done: ReadonlySet<number>): Promise<ReadonlySet<number>> {
  const rows = await ingest.session((session) =>
    session.query<{ batch: number }>(
      `SELECT batch FROM generate_series(1, (SELECT max(batch) FROM public.ingestion_log WHERE run = $1 AND shard = $2)) AS batch
       WHERE EXISTS (SELECT FROM public.ingestion_log l WHERE l.run = $1 AND l.shard = $2 AND l.batch = batch.batch)`,
      [lease.run, lease.shard],
    ),
  );
  return new Set(rows.map(({ batch }) => batch).filter((batch) => !done.has(batch)));
}

async function readLogged(ingest: Database, lease: Lease, batch: number): Promise<readonly Placed[]> {
  return await ingest.session((session) =>
    session.query<Placed>(
      `SELECT position, encode(hash, 'hex') AS hash FROM public.ingestion_log
       WHERE run = $1 AND shard = $2 AND batch = $3`,
      [lease.run, lease.shard, batch],
    ),
  );
}

/**
 * Whether items of a batch stand in receipts of later ones. Batches are loaded at the same time, so that one may have been
 * left out by an earlier start which has done a later one; but never are two of them that have an item in common.
 */
async function haveMoved(pgstac: Database, lease: Lease, batch: number, mine: readonly Entry[]): Promise<boolean> {
  const names = mine.filter(isGood).map(({ judged: { collection, id } }) => ({ collection, id }));
  const [found] = await pgstac.session((session) =>
    session.query<{ some: boolean }>(
      `SELECT EXISTS (
         SELECT FROM platform.receipt r, jsonb_to_recordset(r.items) AS w (collection text, id text, outcome text)
         WHERE r.run = $1 AND r.shard = $2 AND r.batch > $3 AND w.outcome <> 'quarantined'
           AND (w.collection, w.id) IN (SELECT collection, id FROM jsonb_to_recordset($4::text::jsonb) AS m (collection text, id text))
       ) AS some`,
      [lease.run, lease.shard, batch, JSON.stringify(names)],
    ),
  );
  return found?.some === true;
}

type Placed = Pick<ReceiptItem, 'position' | 'hash'>;

function isSame(receipt: readonly Placed[], mine: readonly Entry[]): boolean {
  const hashes = new Map(receipt.map(({ position, hash }) => [position, hash]));
  return mine.length === receipt.length && mine.every(({ position, judged }) => hashes.get(position) === judged.hash);
}

/**
 * Notes in the ledger which unchanged items this run has met, by its receipts, and from here on each of them: only the
 * ledger tells items apart once the source is another one.
 */
async function noteMet({ notes, method, lease, ports }: ShardWork): Promise<void> {
  if (notes.areOfAll) return;
  notes.noteAll();
  // What the other methods leave as it was, is not this run's.
  if (method !== 'upsert') return;
  await retryTransaction(ports, () =>
    ports.pgstac.transaction(async (session) => {
      await session.query(
        `UPDATE platform.ledger l SET run = $1::uuid, batch = met.batch, position = met.position
         FROM (SELECT DISTINCT ON (w.collection, w.id) w.collection, w.id, w.hash, r.batch, w.position
           FROM platform.receipt r,
             jsonb_to_recordset(r.items) AS w (position int, collection text, id text, hash text, outcome text)
           WHERE r.run = $1::uuid AND r.shard = $2 AND w.outcome = 'unchanged'
           ORDER BY w.collection, w.id, r.batch DESC, w.position DESC) AS met
         WHERE l.collection = met.collection AND l.id = met.id AND l.hash = decode(met.hash, 'hex')
           AND l.run IS DISTINCT FROM $1::uuid`,
        [lease.run, lease.shard],
      );
      await checkLease(session, lease);
    }),
  );
}

/**
 * Without the items that this run was the last to meet with this very content, and those it has put into quarantine. One
 * that another has overwritten since, another content of the same source included, is to be loaded again: it comes last.
 */
async function dropMet(session: Session, work: ShardWork, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const wanted = entries.map(({ source, judged: { collection, id, hash } }, number) => ({
    number,
    source,
    collection,
    id,
    hash,
  }));
  const left = await session.query<{ number: number }>(
    `SELECT w.number FROM jsonb_to_recordset($1::text::jsonb)
       AS w (number int, source text, collection text, id text, hash text)
     WHERE NOT EXISTS (SELECT FROM platform.ledger l WHERE l.collection = w.collection AND l.id = w.id
         AND l.run = $2::uuid AND l.hash = decode(w.hash, 'hex'))
       AND NOT EXISTS (SELECT FROM platform.quarantine q WHERE q.pipeline = $3 AND q.source = w.source
         AND q.run = $2::uuid AND q.hash = decode(w.hash, 'hex'))
     ORDER BY w.number`,
    [JSON.stringify(wanted), work.lease.run, work.pipeline],
  );
  return left.map(({ number }) => entries[number] as Entry);
}
