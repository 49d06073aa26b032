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

/** The first write of a batch's transaction: of a batch that is done already it fails, and with it all the rest. */
export async function writeReceipt(
  session: Session,
  lease: Lease,
  batch: number,
  items: readonly ReceiptItem[],
): Promise<void> {
  await session.query('INSERT INTO platform.receipt (run, shard, batch, items) VALUES ($1, $2, $3, $4::text::jsonb)', [
    lease.run,
    lease.shard,
    batch,
    JSON.stringify(items),
  ]);
}

/** Whether a transaction failed for the receipt that is there. */
export function isDoneAlready(error: unknown): boolean {
  return readSqlState(error) === '23505' && (error as { readonly constraint?: string }).constraint === 'receipt_pkey';
}
