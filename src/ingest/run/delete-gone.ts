import type { Database, Session } from '../../database/connection.ts';
import { deleteRows } from '../load/load-batch.ts';
import { markStale } from '../load/partitions.ts';
import { MetAnother } from '../load/retry.ts';

/** Items per transaction. */
const ITEMS_AT_ONCE = 1000;

/** An item of `platform.gone`. */
interface GoneItem {
  readonly collection: string;
  readonly id: string;
  /** sha256 in hexadecimal. */
  readonly hash: string;
  /** False where it was loaded again since, and stays. */
  readonly same: boolean;
  /** Of pgSTAC. */
  readonly partitions: readonly string[];
}

/**
 * Deletes the next items of `platform.gone` with their rows of the ledger and of the queue of assets, in one transaction,
 * which writes a receipt of shard 0: so they come into the log as all others do. Gives how many were left before; 0 when
 * there is nothing to do.
 */
export async function deleteNext(
  pgstac: Database,
  run: string,
  guard: (session: Session) => Promise<void>,
): Promise<number> {
  const { batch, listed } = await pgstac.session((session) => readNext(session, run));
  if (listed.length === 0) return 0;
  const items = listed.filter(({ same }) => same);
  await pgstac.transaction(async (session) => {
    // First, as a batch does: an upgrade of pgSTAC waits for it here, and it for the upgrade. Of two runners one has it.
    if (items.length > 0) await writeDeletions(session, run, batch, items);
    await guard(session);
    await lockUnchanged(session, items);
    await deleteItems(session, items);
    await forgetAssets(session, run, items);
    await forgetGone(session, run, listed);
  });
  return listed.length;
}

async function readNext(
  session: Session,
  run: string,
): Promise<{ readonly batch: number; readonly listed: readonly GoneItem[] }> {
  const [last] = await session.query<{ batch: number }>(
    'SELECT coalesce(max(batch), 0) + 1 AS batch FROM platform.receipt WHERE run = $1 AND shard = 0',
    [run],
  );
  const listed = await session.query<GoneItem>(
    `SELECT g.collection, g.id, encode(g.hash, 'hex') AS hash, coalesce(l.hash = g.hash, false) AS same,
       (SELECT coalesce(jsonb_agg(c.relname), '[]') FROM pgstac.items i JOIN pg_class c ON c.oid = i.tableoid
        WHERE i.collection = g.collection AND i.id = g.id) AS partitions
     FROM platform.gone g LEFT JOIN platform.ledger l ON l.collection = g.collection AND l.id = g.id
     WHERE g.run = $1 ORDER BY g.collection, g.id LIMIT $2`,
    [run, ITEMS_AT_ONCE],
  );
  return { batch: last?.batch ?? 1, listed };
}

async function writeDeletions(session: Session, run: string, batch: number, items: readonly GoneItem[]): Promise<void> {
  const rows = items.map(({ id, collection, hash }, place) => ({
    position: place + 1,
    id,
    collection,
    outcome: 'deleted',
    hash,
  }));
  const written = await session.query(
    `INSERT INTO platform.receipt (run, shard, batch, items) VALUES ($1, 0, $2, $3::text::jsonb)
     ON CONFLICT (run, shard, batch) DO NOTHING RETURNING batch`,
    [run, batch, JSON.stringify(rows)],
  );
  if (written.length === 0) throw new MetAnother('another runner deletes the same items');
}

/** In the order of all runners. One that was loaded again since is not gone. */
async function lockUnchanged(session: Session, items: readonly GoneItem[]): Promise<void> {
  const locked = await session.query(
    `SELECT FROM jsonb_to_recordset($1::text::jsonb) AS w (collection text, id text, hash text)
     JOIN platform.ledger l ON l.collection = w.collection AND l.id = w.id AND encode(l.hash, 'hex') = w.hash
     ORDER BY w.collection COLLATE "C", w.id COLLATE "C" FOR UPDATE OF l`,
    [JSON.stringify(items)],
  );
  if (locked.length !== items.length) throw new MetAnother('an item was loaded meanwhile');
}

async function deleteItems(session: Session, items: readonly GoneItem[]): Promise<void> {
  const ids = new Map<string, string[]>();
  for (const { id, partitions } of items)
    for (const partition of partitions) ids.set(partition, [...(ids.get(partition) ?? []), id]);
  if (ids.size > 0) await markStale(session, [...ids.keys()]);
  for (const [partition, own] of [...ids].sort(([one], [other]) => (one < other ? -1 : 1)))
    await deleteRows(session, partition, own);
  await session.query(
    `DELETE FROM platform.ledger l USING jsonb_to_recordset($1::text::jsonb) AS w (collection text, id text)
     WHERE l.collection = w.collection AND l.id = w.id`,
    [JSON.stringify(items)],
  );
}

/** What was still to be fetched of them. No other pipeline has met them. */
async function forgetAssets(session: Session, run: string, items: readonly GoneItem[]): Promise<void> {
  await session.query(
    `DELETE FROM platform.asset a USING jsonb_to_recordset($2::text::jsonb) AS w (collection text, id text)
     WHERE a.pipeline = (SELECT pipeline FROM platform.run WHERE run = $1) AND a.collection = w.collection AND a.item = w.id`,
    [run, JSON.stringify(items)],
  );
}

async function forgetGone(session: Session, run: string, listed: readonly GoneItem[]): Promise<void> {
  await session.query(
    `DELETE FROM platform.gone g USING jsonb_to_recordset($2::text::jsonb) AS w (collection text, id text)
     WHERE g.run = $1 AND g.collection = w.collection AND g.id = w.id`,
    [run, JSON.stringify(listed)],
  );
}
