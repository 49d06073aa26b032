import type { Database, Session } from '../../database/connection.ts';
import type { Lease } from './lease.ts';
import type { ReceiptItem } from './outcome.ts';

/** Numbers of the batches of a shard that are done. */
export async function listReceipts(database: Database, run: string, shard: number): Promise<ReadonlySet<number>> {
  const rows = await database.session((session) =>
    session.query<{ batch: number }>('SELECT batch FROM platform.receipt WHERE run = $1 AND shard = $2', [run, shard]),
  );
  return new Set(rows.map(({ batch }) => batch));
}

/** What a batch's receipt lists; null where the batch is not done. */
export async function readReceipt(
  session: Session,
  run: string,
  shard: number,
  batch: number,
): Promise<readonly ReceiptItem[] | null> {
  const [row] = await session.query<{ items: readonly ReceiptItem[] }>(
    'SELECT items FROM platform.receipt WHERE run = $1 AND shard = $2 AND batch = $3',
    [run, shard, batch],
  );
  return row?.items ?? null;
}

/**
 * The first write of a batch's transaction. False where the batch is done already. From here on the server ends the
 * transaction itself if it hears nothing for longer than a lease lasts: what a machine that sleeps holds locked would
 * keep everybody else waiting for as long as it does.
 */
export async function writeReceipt(
  session: Session,
  lease: Lease,
  batch: number,
  items: readonly ReceiptItem[],
): Promise<boolean> {
  const written = await session.query(
    `INSERT INTO platform.receipt (run, shard, batch, items) VALUES ($1, $2, $3, $4::text::jsonb)
     ON CONFLICT (run, shard, batch) DO NOTHING
     RETURNING batch, set_config('idle_in_transaction_session_timeout', '90s', true)`,
    [lease.run, lease.shard, batch, JSON.stringify(items)],
  );
  return written.length > 0;
}
