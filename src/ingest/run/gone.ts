import type { Session } from '../../database/connection.ts';
import type { Pipeline, Source } from '../../model/platform.ts';
import { IngestionFailure } from '../failure.ts';
import { formatInstant } from '../item/instant.ts';
import { meetPeriods, type Period, parsePeriod } from '../item/period.ts';
import { listPeriods, type PlannedRun } from './planned-run.ts';

/** What a run asked its source for, as far as it says which items of pgSTAC must have come if the source had them. */
interface Scope {
  readonly period: Period;
  /** Null for all. */
  readonly collections: readonly string[] | null;
  /** Boxes of west, south, east, north in degrees; null for everywhere. */
  readonly boxes: readonly (readonly number[])[] | null;
  /** GeoJSON; null for everywhere. */
  readonly intersects: object | null;
  /** Null for all. */
  readonly ids: readonly string[] | null;
}

/** Null where nothing can be in it. */
function findScope(source: Source, run: PlannedRun): Scope | null {
  const own = source.kind === 'stacApi' && source.datetime !== null ? [parsePeriod(source.datetime)] : [];
  const period = meetPeriods(...listPeriods(run), ...own.filter((one) => one !== null));
  if (period === null) return null;
  if (source.kind !== 'stacApi') return { period, collections: null, boxes: null, intersects: null, ids: null };
  const { collections, bbox, intersects, ids } = source;
  return { period, collections, boxes: bbox === null ? null : cutBox(bbox), intersects, ids };
}

/** A box across the antimeridian is two (RFC 7946, 5.2); of one with heights the heights are left out. */
function cutBox(bbox: readonly number[]): readonly (readonly number[])[] {
  const [west = 0, south = 0, east = 0, north = 0] = bbox.length === 6 ? [0, 1, 3, 4].map((at) => bbox[at]) : bbox;
  if (west <= east) return [[west, south, east, north]];
  return [
    [west, south, 180, north],
    [-180, south, east, north],
  ];
}

/** Items in `platform.gone`, and those of the pipeline that the run could have met, these among them. */
export interface Comparison {
  readonly gone: number;
  readonly held: number;
}

/**
 * Writes down in `platform.gone` which items the source had once and has no more: those that this pipeline has loaded,
 * and no other has met; that are in pgSTAC; that any server would have given for what the run asked; and that stand in
 * none of its receipts, be it as duplicates or in quarantine.
 *
 * Servers differ in what they hold against `datetime`, so that only an item that begins and ends in the period counts.
 * `query` and `filter` are not looked at: an item that has changed so that the filter passes over it is gone from the source as well.
 */
export async function findGone(session: Session, run: PlannedRun, { source }: Pipeline): Promise<Comparison> {
  const scope = findScope(source, run);
  if (scope === null) return { gone: 0, held: 0 };
  await refuseNameless(session, run.run);
  const moments = [scope.period.from, scope.period.to].map((moment) =>
    moment === null ? null : formatInstant(moment),
  );
  const [found] = await session.query<Comparison>(FIND_GONE, [
    run.run,
    run.pipeline,
    ...moments,
    ...[scope.collections, scope.boxes, scope.intersects, scope.ids].map((asked) =>
      asked === null ? null : JSON.stringify(asked),
    ),
  ]);
  return found ?? { gone: 0, held: 0 };
}

const FIND_GONE = `
  WITH met AS MATERIALIZED (
    SELECT DISTINCT w.collection, w.id
    FROM platform.receipt r, jsonb_to_recordset(r.items) AS w (collection text, id text)
    WHERE r.run = $1::uuid AND r.shard > 0
  ), held AS MATERIALIZED (
    SELECT DISTINCT l.collection, l.id, l.hash
    FROM platform.ledger l
    JOIN pgstac.items i ON i.collection = l.collection AND i.id = l.id
    LEFT JOIN platform.run r ON r.run = l.run
    WHERE coalesce(l.pipeline, r.pipeline) = $2
      AND i.datetime >= coalesce($3::timestamptz, '-infinity') AND i.end_datetime <= coalesce($4::timestamptz, 'infinity')
      AND ($5::text IS NULL OR l.collection IN (SELECT jsonb_array_elements_text($5::text::jsonb)))
      AND ($6::text IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements($6::text::jsonb) AS box
        WHERE ST_Intersects(i.geometry, ST_MakeEnvelope((box->>0)::float8, (box->>1)::float8, (box->>2)::float8, (box->>3)::float8, 4326))
      ))
      AND ($7::text IS NULL OR ST_Intersects(i.geometry, ST_SetSRID(ST_GeomFromGeoJSON($7::text), 4326)))
      AND ($8::text IS NULL OR l.id IN (SELECT jsonb_array_elements_text($8::text::jsonb)))
  ), gone AS (
    INSERT INTO platform.gone (run, collection, id, hash)
    SELECT $1::uuid, h.collection, h.id, h.hash FROM held h
    WHERE NOT EXISTS (SELECT FROM met m WHERE m.id = h.id AND m.collection = h.collection)
      AND NOT EXISTS (SELECT FROM met m WHERE m.id = h.id AND m.collection IS NULL)
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM gone)::int AS gone, (SELECT count(*) FROM held)::int AS held`;

/** A bad item of which not even the id could be read may be any of those that seem to be gone. */
async function refuseNameless(session: Session, run: string): Promise<void> {
  const [found] = await session.query<{ nameless: number }>(
    `SELECT count(*)::int AS nameless FROM platform.receipt r, jsonb_to_recordset(r.items) AS w (id text)
     WHERE r.run = $1 AND w.id IS NULL`,
    [run],
  );
  if (found === undefined || found.nameless === 0) return;
  throw new IngestionFailure(
    'refused',
    `nothing is deleted: the run has quarantined ${found.nameless} items without a readable id, which may be those that seem to be gone`,
    { hint: 'mend them at the source, then start a new run with --reconcile' },
  );
}

/**
 * While another run of the pipeline is at work, what this one did not meet may be what that one has just loaded. Throws
 * `IngestionFailure`.
 */
export async function refuseOtherRuns(session: Session, { run, pipeline }: PlannedRun): Promise<void> {
  const [other] = await session.query<{ run: string }>(
    `SELECT o.run::text AS run FROM platform.run o JOIN platform.run own ON own.run = $1
     WHERE o.pipeline = $2 AND o.run <> own.run AND (o.planned > own.planned
       OR EXISTS (SELECT FROM platform.receipt r WHERE r.run = o.run AND r.shard > 0 AND r.written > own.planned)
       OR EXISTS (SELECT FROM platform.lease l WHERE l.run = o.run AND NOT l.done AND l.expires > clock_timestamp()))
     ORDER BY o.planned DESC LIMIT 1`,
    [run, pipeline],
  );
  if (other === undefined) return;
  throw new IngestionFailure(
    'refused',
    `nothing more is deleted: run ${other.run} of pipeline ${pipeline} was at work since this one was planned, and what it loaded may seem to be gone`,
    {
      hint: 'start a new run with --reconcile when no other is at work: one that was killed counts as that for a minute',
    },
  );
}
