import type { Session } from '../../database/connection.ts';
import { retryTransaction } from '../load/retry.ts';
import type { Ports } from '../ports.ts';
import { countColumns } from './counts.ts';
import { type StatusCounts, sumShards } from './run-status.ts';

const columns = countColumns.map(([column]) => column).join(', ');
const replaced = countColumns.map(([column]) => `${column} = EXCLUDED.${column}`).join(', ');

/**
 * Writes what a run is, and what its shards have done so far, into `ingestion_run` and `ingestion_shard` of the ingest
 * database. All of it is told by the pgstac database, so that it may be done at any time, and again. Where `ends`, the
 * run is finished from now on, and what a slower runner counted before it changes nothing any more. Gives what
 * was done in the run so far, earlier starts of it included.
 */
export async function logRun(ports: Ports, run: string, ends: boolean): Promise<StatusCounts> {
  // As texts: a driver makes Dates of moments, which end at milliseconds.
  const [found] = await ports.pgstac.session((session) => session.query<{ run: string }>(READ_RUN, [run, ends]));
  const [{ shards } = { shards: '[]' }] = await ports.pgstac.session((session) =>
    session.query<{ shards: string }>(READ_SHARDS, [run]),
  );
  if (found === undefined) return sumShards([]);
  await retryTransaction(ports, () =>
    ports.ingest.transaction((session) => writeRows(session, found.run, shards, ports.version)),
  );
  return sumShards(JSON.parse(shards));
}

const READ_RUN = `
  SELECT to_jsonb(r)::text AS run
  FROM (SELECT run, pipeline, shards, most, since, datetime, reconcile, planned,
          coalesce(finished, CASE WHEN $2::boolean THEN clock_timestamp() END) AS finished
        FROM platform.run WHERE run = $1) AS r`;

/** What was deleted, shard 0, has receipts and no lease; a shard that found nothing a lease and no receipts. */
const READ_SHARDS = `
  SELECT coalesce(jsonb_agg(s), '[]')::text AS shards
  FROM (SELECT $1::uuid AS run, shard, coalesce(l.done, true) AS done, coalesce(l.started, r.first) AS started,
          CASE WHEN l.done THEN l.expires WHEN l.done IS NULL THEN r.last END AS ended, coalesce(r.batches, 0) AS batches,
          ${countColumns.map(([column]) => `coalesce(r.${column}, 0) AS ${column}`).join(', ')}
        FROM (SELECT shard, done, started, expires FROM platform.lease WHERE run = $1) AS l
        FULL JOIN (
          SELECT shard, count(DISTINCT batch) AS batches, min(written) AS first, max(written) AS last,
            ${countColumns.map(([column, outcome]) => `count(*) FILTER (WHERE w.outcome = '${outcome}') AS ${column}`).join(', ')}
          FROM platform.receipt, jsonb_to_recordset(items) AS w (outcome text)
          WHERE run = $1 GROUP BY shard
        ) AS r USING (shard)) AS s`;

/** A run that is finished is written anew only by who finishes it once more. */
async function writeRows(session: Session, run: string, shards: string, version: string): Promise<void> {
  await session.query(
    `WITH s AS (SELECT * FROM jsonb_populate_recordset(NULL::public.ingestion_shard, $2::text::jsonb))
     INSERT INTO public.ingestion_run AS l (run, pipeline, shards, most, since, datetime, reconcile, planned, finished,
       version, ${columns})
     SELECT w.run, w.pipeline, w.shards, w.most, w.since, w.datetime, w.reconcile, w.planned, w.finished, $3,
       ${countColumns.map(([column]) => `(SELECT coalesce(sum(${column}), 0) FROM s)`).join(', ')}
     FROM jsonb_populate_record(NULL::public.ingestion_run, $1::text::jsonb) AS w
     ON CONFLICT (run) DO UPDATE
       SET finished = coalesce(l.finished, EXCLUDED.finished), version = EXCLUDED.version, ${replaced}
       WHERE l.finished IS NULL OR EXCLUDED.finished IS NOT NULL`,
    [run, shards, version],
  );
  await session.query(
    `INSERT INTO public.ingestion_shard AS l (run, shard, done, started, ended, batches, ${columns})
     SELECT run, shard, done, started, ended, batches, ${columns}
     FROM jsonb_populate_recordset(NULL::public.ingestion_shard, $1::text::jsonb)
     ON CONFLICT (run, shard) DO UPDATE
       SET done = EXCLUDED.done, started = EXCLUDED.started, ended = EXCLUDED.ended, batches = EXCLUDED.batches, ${replaced}
       WHERE (SELECT r.finished IS NULL FROM public.ingestion_run r WHERE r.run = l.run) OR $2::boolean`,
    [shards, (JSON.parse(run) as { finished: string | null }).finished !== null],
  );
}
