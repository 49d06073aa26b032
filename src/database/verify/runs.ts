import type { Session } from '../connection.ts';

/** Shorter pauses are a pod that is started again. */
const PATIENCE = '10 minutes';

interface LastRun {
  readonly pipeline: string;
  readonly run: string;
  readonly planned: Date;
  readonly isFinished: boolean;
  /** Shards are not done. */
  readonly isPartial: boolean;
  /** It reads the quarantine, and is gone on with as one that does. */
  readonly isRetry: boolean;
  /** Nobody works on it, and nobody has for `PATIENCE`. */
  readonly isLeft: boolean;
}

/**
 * The last run of each pipeline: gives when it was and what is in quarantine. Throws, with what to type, where one was
 * left unfinished, or where batches have no rows in ingestion_log and nobody is about to write them.
 */
export async function checkRuns(session: Session, pipelines: readonly string[]): Promise<string> {
  const runs = await session.query<LastRun>(READ_LAST_RUNS, [pipelines, PATIENCE]);
  const left = runs.filter(({ isLeft, isFinished }) => isLeft && !isFinished);
  const unsettled = await session.query<{ run: string; batches: number }>(READ_UNSETTLED, [PATIENCE]);
  const problems = [
    ...left.map(
      ({ run, pipeline, isPartial, isRetry }) =>
        `run ${run} of ${pipeline} was left unfinished: platform ingest ${isPartial ? `${isRetry ? 'retry' : pipeline} --run` : 'finish'} ${run}`,
    ),
    ...unsettled
      .filter(({ run }) => !left.some((other) => other.run === run))
      .map(
        ({ run, batches }) =>
          `${batches} batches of run ${run} are not in ingestion_log: platform ingest finish ${run}`,
      ),
  ];
  if (problems.length > 0) throw new Error(problems.join('; '));
  if (runs.length === 0) return 'none yet';
  const quarantined = await session.query<{ pipeline: string; items: string }>(
    'SELECT pipeline, count(*) AS items FROM platform.quarantine GROUP BY pipeline',
  );
  const bad = new Map(quarantined.map(({ pipeline, items }) => [pipeline, items]));
  return runs
    .map(({ pipeline, planned, isFinished }) => {
      const state = isFinished ? 'finished' : 'under way';
      return `${pipeline} of ${planned.toISOString().slice(0, 10)} ${state}, ${bad.get(pipeline) ?? 0} in quarantine`;
    })
    .join('; ');
}

/** A retry's source is named as ingest/source/quarantine.ts does. */
const READ_LAST_RUNS = `
  SELECT r.pipeline, r.run::text AS run, r.planned, r.finished IS NOT NULL AS "isFinished",
    (SELECT count(*) FROM platform.lease l WHERE l.run = r.run AND l.done) < r.shards AS "isPartial",
    coalesce(r.source LIKE 'quarantine %', false) AS "isRetry",
    greatest(r.planned, (SELECT max(l.expires) FROM platform.lease l WHERE l.run = r.run))
      < clock_timestamp() - $2::text::interval AS "isLeft"
  FROM unnest($1::text[]) WITH ORDINALITY AS p (pipeline, place)
  CROSS JOIN LATERAL (
    SELECT * FROM platform.run WHERE run.pipeline = p.pipeline ORDER BY planned DESC LIMIT 1
  ) AS r
  ORDER BY p.place`;

/** A run under way writes its log when it is finished. */
const READ_UNSETTLED = `
  SELECT r.run::text AS run, count(*)::int AS batches FROM platform.receipt r
  WHERE NOT r.settled AND r.written < clock_timestamp() - $1::text::interval
    AND NOT EXISTS (SELECT FROM platform.lease l
      WHERE l.run = r.run AND l.expires >= clock_timestamp() - $1::text::interval)
  GROUP BY r.run ORDER BY r.run`;
