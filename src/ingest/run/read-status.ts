import type { Database } from '../../database/connection.ts';
import { countColumns } from './counts.ts';
import {
  describeRuns,
  MOST_RUNS,
  type RunRow,
  type RunStatus,
  type ShardRow,
  type WantedStatus,
} from './run-status.ts';

/** What is read from; inside a transaction its session stands for the database. */
type Readable = Pick<Database, 'session'>;

/** The runs as the pgstac database has them, the latest first. A reader's rights are enough. */
export async function readStatus(
  pgstac: Readable,
  wanted: WantedStatus,
  most = MOST_RUNS,
): Promise<readonly RunStatus[]> {
  return await pgstac.session(async (session) => {
    const runs = await session.query<RunRow>(READ_RUNS, [wanted.run, wanted.pipeline, most]);
    const shards = await session.query<ShardRow>(READ_SHARDS, [runs.map(({ run }) => run)]);
    return describeRuns(runs, shards);
  });
}

/** The runs as the ingest database has them, which does not know who is at work. */
export async function readLoggedStatus(
  ingest: Readable,
  wanted: WantedStatus,
  most = MOST_RUNS,
): Promise<readonly RunStatus[]> {
  return await ingest.session(async (session) => {
    const runs = await session.query<RunRow>(READ_LOGGED_RUNS, [wanted.run, wanted.pipeline, most]);
    const shards = await session.query<ShardRow>(READ_LOGGED_SHARDS, [runs.map(({ run }) => run)]);
    return describeRuns(runs, shards);
  });
}

/** What `$1` to `$3` ask for, of a table of runs. */
const pickRuns = (table: string) => `
  SELECT r.*, EXISTS (SELECT FROM ${table} l
    WHERE l.pipeline = r.pipeline AND l.planned > r.planned AND l.finished IS NOT NULL) AS superseded
  FROM ${table} r WHERE ($1::uuid IS NULL OR r.run = $1) AND ($2::text IS NULL OR r.pipeline = $2)
  ORDER BY r.planned DESC, r.run DESC LIMIT $3`;

const READ_RUNS = `
  SELECT r.run::text AS run, r.pipeline, r.planned, r.finished, r.superseded AS "isSuperseded",
    coalesce(r.source, '') AS source,
    (SELECT count(*) FROM platform.receipt p WHERE p.run = r.run AND NOT p.settled)::int AS unsettled,
    (SELECT coalesce(jsonb_object_agg(q.reason, q.items ORDER BY q.reason), '{}') FROM (
       SELECT reason, count(*) AS items FROM platform.quarantine WHERE run = r.run GROUP BY reason) AS q) AS reasons
  FROM (${pickRuns('platform.run')}) AS r ORDER BY r.planned DESC, r.run DESC`;

const listColumns = (write: (column: string, outcome: string) => string) =>
  countColumns.map(([column, outcome]) => `${write(column, outcome)} AS ${column}`).join(', ');

/** A shard that nobody has taken has no lease; what was deleted, shard 0, never has one. */
const READ_SHARDS = `
  WITH receipts AS (
    SELECT p.run, p.shard, max(p.written) AS last,
      sum(i.items) FILTER (WHERE p.written > clock_timestamp() - interval '1 minute') AS recent, sum(i.items) AS items,
      ${listColumns((column) => `sum(i.${column})::float8`)}
    FROM platform.receipt p CROSS JOIN LATERAL (
      SELECT count(*) AS items, ${listColumns((_, outcome) => `count(*) FILTER (WHERE w.outcome = '${outcome}')`)}
      FROM jsonb_to_recordset(p.items) AS w (outcome text)
    ) AS i
    WHERE p.run = ANY ($1::text[]::uuid[]) GROUP BY p.run, p.shard
  ), shards AS (
    SELECT r.run, s.shard, l.holder,
      CASE WHEN s.shard = 0 OR l.done THEN 'done' WHEN l.run IS NULL THEN 'waiting'
        WHEN l.expires > clock_timestamp() THEN 'running' ELSE 'abandoned' END AS state,
      CASE WHEN l.done THEN l.expires ELSE p.last END AS last,
      CASE WHEN l.done THEN l.expires - l.started
        ELSE least(clock_timestamp() - l.started, interval '1 minute') END AS time,
      CASE WHEN l.done THEN p.items ELSE p.recent END AS items,
      ${listColumns((column) => `coalesce(p.${column}, 0)`)}
    FROM platform.run r CROSS JOIN LATERAL generate_series(0, r.shards) AS s (shard)
    LEFT JOIN platform.lease l ON l.run = r.run AND l.shard = s.shard
    LEFT JOIN receipts p ON p.run = r.run AND p.shard = s.shard
    WHERE r.run = ANY ($1::text[]::uuid[]) AND (s.shard > 0 OR p.run IS NOT NULL)
  )
  SELECT run::text AS run, shard, state, holder, last AS "lastWord", ${countColumns.map(([column]) => column).join(', ')},
    CASE WHEN state IN ('running', 'done')
      THEN (coalesce(items, 0) / nullif(extract(epoch FROM time), 0))::float8 END AS "itemsPerSecond"
  FROM shards ORDER BY run, shard`;

const READ_LOGGED_RUNS = `
  SELECT r.run::text AS run, r.pipeline, r.planned, r.finished, r.superseded AS "isSuperseded",
    NULL::text AS source, NULL::int AS unsettled, NULL::jsonb AS reasons
  FROM (${pickRuns('public.ingestion_run')}) AS r ORDER BY r.planned DESC, r.run DESC`;

const READ_LOGGED_SHARDS = `
  SELECT r.run::text AS run, n.shard, NULL::text AS holder, s.ended AS "lastWord",
    CASE WHEN n.shard = 0 OR s.done THEN 'done' ELSE 'open' END AS state,
    ${listColumns((column) => `coalesce(s.${column}, 0)::float8`)},
    ((s.inserted + s.updated + s.unchanged + s.ignored + s.duplicates + s.quarantined)
      / nullif(extract(epoch FROM s.ended - s.started), 0))::float8 AS "itemsPerSecond"
  FROM public.ingestion_run r CROSS JOIN LATERAL generate_series(0, r.shards) AS n (shard)
  LEFT JOIN public.ingestion_shard s ON s.run = r.run AND s.shard = n.shard
  WHERE r.run = ANY ($1::text[]::uuid[]) AND (n.shard > 0 OR s.run IS NOT NULL)
  ORDER BY 1, 2`;
