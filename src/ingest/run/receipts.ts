import type { Database, Session } from '../../database/connection.ts';
import { readSqlState } from '../../database/failure.ts';
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
  { run, shard }: Pick<Lease, 'run' | 'shard'>,
  batch: number,
): Promise<readonly ReceiptItem[] | null> {
  const [row] = await session.query<{ items: readonly ReceiptItem[] }>(
    'SELECT items FROM platform.receipt WHERE run = $1 AND shard = $2 AND batch = $3',
    [run, shard, batch],
  );
  return row?.items ?? null;
}

/**
 * The first statement of a batch's transaction: of a batch that is done already it fails, and with it all the rest. From
 * here on the server ends the transaction itself if it hears nothing for longer than a lease lasts: what a machine that
 * sleeps holds locked would keep everybody else waiting for as long as it does. Gives when it was written, in
 * PostgreSQL's words.
 *
 * @param compression Of what the transaction writes; null leaves the server's.
 */
export async function writeReceipt(
  session: Session,
  { run, shard, batch }: Pick<Lease, 'run' | 'shard'> & { readonly batch: number },
  items: readonly ReceiptItem[],
  compression: 'lz4' | null,
): Promise<string> {
  const [row] = await session.query<{ written: string }>(
    `INSERT INTO platform.receipt (run, shard, batch, items)
     SELECT $1::uuid, $2::int, $3::int, $4::text::jsonb
     FROM (SELECT set_config('idle_in_transaction_session_timeout', '90s', true),
       set_config('default_toast_compression', coalesce($5, current_setting('default_toast_compression')), true)) AS settings
     RETURNING written::text AS written`,
    [run, shard, batch, JSON.stringify(items), compression],
  );
  if (row === undefined) throw new Error('a receipt was not written');
  return row.written;
}

/** Whether a transaction failed for the receipt that is there. */
export function isDoneAlready(error: unknown): boolean {
  return readSqlState(error) === '23505' && (error as { readonly constraint?: string }).constraint === 'receipt_pkey';
}
