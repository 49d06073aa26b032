import { retryTransaction } from '../load/retry.ts';
import type { Ports } from '../ports.ts';

/** Receipts that are looked at together: the last of many runs. */
const LOOKED_AT = 200;

/**
 * What `[]` takes in PostgreSQL's jsonb, at most; one item takes more. To look into the items themselves would unpack
 * those of all receipts there are.
 */
const EMPTY_BYTES = 8;

interface Settled {
  readonly run: string;
  readonly shard: number;
  readonly batch: number;
}

/**
 * Where the ingest database was restored from a backup, the log lacks the end of what the receipts say stands in it: the
 * runs concerned are to be settled once more, which leaves the rows that are there as they are. Looks at the newest
 * receipts, and at older ones only as long as something is missing. Gives those runs.
 */
export async function reopenLostRuns(ports: Ports): Promise<readonly string[]> {
  const reopened: string[] = [];
  for (;;) {
    const lost = await findLostRuns(ports);
    if (lost.length === 0) return reopened;
    await retryTransaction(ports, () =>
      ports.pgstac.session((session) =>
        session.query(
          `UPDATE platform.receipt SET settled = false
           WHERE settled AND run IN (SELECT jsonb_array_elements_text($1::text::jsonb)::uuid)`,
          [JSON.stringify(lost)],
        ),
      ),
    );
    reopened.push(...lost);
  }
}

async function findLostRuns({ pgstac, ingest }: Ports): Promise<readonly string[]> {
  const settled = await pgstac.session((session) =>
    session.query<Settled>(
      `SELECT run::text AS run, shard, batch FROM platform.receipt WHERE settled AND pg_column_size(items) > ${EMPTY_BYTES}
       ORDER BY written DESC LIMIT $1`,
      [LOOKED_AT],
    ),
  );
  if (settled.length === 0) return [];
  const lost = await ingest.session((session) =>
    session.query<{ run: string }>(
      `SELECT DISTINCT w.run::text AS run FROM jsonb_to_recordset($1::text::jsonb) AS w (run uuid, shard int, batch int)
       WHERE NOT EXISTS (SELECT FROM public.ingestion_log l WHERE l.run = w.run AND l.shard = w.shard AND l.batch = w.batch)`,
      [JSON.stringify(settled)],
    ),
  );
  return lost.map(({ run }) => run);
}
