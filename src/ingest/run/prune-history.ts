import type { Database } from '../../database/connection.ts';
import { retryTransaction } from '../load/retry.ts';
import type { Ports } from '../ports.ts';

/** Rows per transaction, so that no other's waits for long. */
const ROWS_AT_ONCE = 10_000;

/**
 * Deletes what is older than so many days: rows of the log, and finished runs in both databases with their shards,
 * leases and receipts. Of a run that is open, or has a receipt that is not in the log yet, nothing goes that going on
 * with it needs. Killed, it goes on at the next finish.
 */
export async function pruneHistory(ports: Ports, days: number | null): Promise<void> {
  if (days === null) return;
  const { pgstac, ingest } = ports;
  for (const sql of [OLD_ROWS, OLD_LOGGED_RUNS]) await repeat(ports, ingest, sql, days);
  for (const sql of [OLD_RECEIPTS, OLD_RUNS]) await repeat(ports, pgstac, sql, days);
}

async function repeat(ports: Ports, database: Database, sql: string, days: number): Promise<void> {
  const deleteSome = () =>
    database.transaction(async (session) => {
      const [row] = await session.query<{ deleted: number }>(
        `WITH deleted AS (${sql} RETURNING 1) SELECT count(*)::int AS deleted FROM deleted`,
        [days, ROWS_AT_ONCE],
      );
      return row?.deleted ?? 0;
    });
  while ((await retryTransaction(ports, deleteSome)) > 0 && !ports.signal.aborted);
}

const OLD_ROWS = `DELETE FROM public.ingestion_log WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM public.ingestion_log WHERE time < now() - make_interval(days => $1) LIMIT $2))`;

/** Not one that has rows in the log still: its last batch may be younger than its plan. */
const OLD_LOGGED_RUNS = `DELETE FROM public.ingestion_run r WHERE r.run = ANY (ARRAY(
  SELECT o.run FROM public.ingestion_run o
  WHERE o.finished < now() - make_interval(days => $1)
    AND NOT EXISTS (SELECT FROM public.ingestion_log l WHERE l.run = o.run) LIMIT $2))`;

const OLD_RUN = `o.finished < now() - make_interval(days => $1)
  AND NOT EXISTS (SELECT FROM platform.receipt u WHERE u.run = o.run AND NOT u.settled)`;

/** Before their runs, which would take all of them at once. */
const OLD_RECEIPTS = `DELETE FROM platform.receipt r WHERE r.ctid = ANY (ARRAY(
  SELECT p.ctid FROM platform.run o JOIN platform.receipt p ON p.run = o.run WHERE ${OLD_RUN} LIMIT $2))`;

const OLD_RUNS = `DELETE FROM platform.run r WHERE r.run = ANY (ARRAY(
  SELECT o.run FROM platform.run o WHERE ${OLD_RUN}
    AND NOT EXISTS (SELECT FROM platform.receipt p WHERE p.run = o.run) LIMIT $2))`;
