import type { Database, Session } from '../../database/connection.ts';
import type { Entry } from './batch.ts';
import type { Lease } from './lease.ts';
import type { ReceiptItem } from './outcome.ts';
import { listReceipts, readReceipt } from './receipts.ts';
import type { ShardWork } from './shard-work.ts';

/** What is left to do of a batch after what earlier starts of its shard did. */
export type Remaining =
  | { readonly kind: 'done'; readonly receipt: readonly ReceiptItem[] }
  | { readonly kind: 'open'; readonly number: number; readonly entries: readonly Entry[] };

/** What earlier starts of a shard left, to be asked batch by batch in the source's order. */
export interface EarlierStarts {
  /**
   * True from the first batch on that is not what its receipt says. From then on whether an item is done is read from
   * what was committed, so that a batch may be asked about only once those before it have ended.
   */
  readonly differ: boolean;
  compare(number: number, mine: readonly Entry[]): Promise<Remaining>;
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
  let differ = false;
  let free = 1 + [...done, ...undone].reduce((most, number) => Math.max(most, number), 0);
  return {
    get differ() {
      return differ;
    },
    async compare(number, mine) {
      if (!differ && !done.has(number)) {
        // What stands in the log already need not be written there again, and its number must not mean anything else.
        differ = undone.has(number) && !isSame(await readLogged(ports.ingest, lease, number), mine);
        if (!differ) return { kind: 'open', number, entries: mine };
      }
      return await ports.pgstac.session(async (session) => {
        const receipt = differ ? null : await readReceipt(session, lease.run, lease.shard, number);
        if (receipt !== null && isSame(receipt, mine)) return { kind: 'done', receipt };
        differ = true;
        const entries = await dropMet(session, work, mine);
        if (entries.length === 0) return { kind: 'done', receipt: [] };
        return { kind: 'open', number: free++, entries };
      });
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

type Placed = Pick<ReceiptItem, 'position' | 'hash'>;

function isSame(receipt: readonly Placed[], mine: readonly Entry[]): boolean {
  const hashes = new Map(receipt.map(({ position, hash }) => [position, hash]));
  return mine.length === receipt.length && mine.every(({ position, judged }) => hashes.get(position) === judged.hash);
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
