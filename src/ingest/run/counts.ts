import type { Database } from '../../database/connection.ts';
import { type Counts, countOutcomes, noCounts, type Outcome } from './outcome.ts';

/** The columns that count items, and the outcome that each counts. */
export const countColumns: readonly (readonly [column: string, outcome: string])[] = [
  ['inserted', 'inserted'],
  ['updated', 'updated'],
  ['unchanged', 'unchanged'],
  ['ignored', 'ignored'],
  ['duplicates', 'duplicate'],
  ['quarantined', 'quarantined'],
  ['deleted', 'deleted'],
];

/** What was done in a run, or in one shard of it, by its receipts: earlier starts of it are in it. */
export async function countReceipts(pgstac: Database, run: string, shard: number | null): Promise<Counts> {
  const rows = await pgstac.session((session) =>
    session.query<{ outcome: Outcome; times: number }>(
      `SELECT w.outcome, count(*)::int AS times
       FROM platform.receipt r, jsonb_to_recordset(r.items) AS w (outcome text)
       WHERE r.run = $1 AND r.shard > 0 AND ($2::int IS NULL OR r.shard = $2::int) GROUP BY w.outcome`,
      [run, shard],
    ),
  );
  return countOutcomes(noCounts, rows);
}
