import type { Session } from '../../database/connection.ts';
import { type Corner, type Geometry, listPaths, simplifiedAsGeoJson } from './outlines.ts';

const detail = { corners: 120, decimals: 4 };

/** Rows that are held at once. */
const FETCHED = 2_000;

export interface ReadItem {
  readonly id: string;
  readonly collection: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly paths: readonly (readonly Corner[])[];
}

/** How many items begin in a span of time, of one collection. */
export interface TimeBin {
  readonly collection: string;
  /** Milliseconds since 1970, of a unit of UTC's calendar. */
  readonly start: number;
  readonly items: number;
}

const units = ['minute', 'hour', 'day', 'month', 'year'] as const;
type Unit = (typeof units)[number];

/** Milliseconds that each unit but the last is fine enough for: some two thousand bins at most. */
const longest: readonly number[] = [2000 * 60_000, 2000 * 3_600_000, 2000 * 86_400_000, 2000 * 30 * 86_400_000];

export interface ItemSummary {
  readonly total: number;
  /** Sorted by id; those without items among them. */
  readonly collections: readonly { readonly id: string; readonly total: number }[];
  readonly unit: Unit;
  /** Sorted by start, then collection. */
  readonly bins: readonly TimeBin[];
}

/** Counts every item, by collection and by when it begins. What begins at no finite moment is in no bin. */
export async function summariseItems(session: Session): Promise<ItemSummary> {
  const collections = await session.query<{ id: string; total: number; first: number | null; last: number | null }>(
    `SELECT c.id, count(i.collection)::float8 AS total, ${milliseconds('min(i.datetime) FILTER (WHERE isfinite(i.datetime))')} AS first,
       ${milliseconds('max(i.datetime) FILTER (WHERE isfinite(i.datetime))')} AS last
     FROM pgstac.collections c LEFT JOIN pgstac.items i ON i.collection = c.id
     GROUP BY c.id ORDER BY c.id COLLATE "C"`,
  );
  const first = Math.min(...collections.flatMap((one) => one.first ?? []));
  const last = Math.max(...collections.flatMap((one) => one.last ?? []));
  const fine = longest.findIndex((most) => last - first <= most);
  const unit = units[fine === -1 ? units.length - 1 : fine] ?? 'year';
  const bins = await session.query<TimeBin>(
    `SELECT collection, ${milliseconds('start')} AS start, items FROM (
       SELECT collection, date_trunc($1, datetime, 'UTC') AS start, count(*)::float8 AS items
       FROM pgstac.items WHERE isfinite(datetime) GROUP BY 1, 2) AS b
     ORDER BY b.start, collection COLLATE "C"`,
    [unit],
  );
  return {
    total: collections.reduce((sum, { total }) => sum + total, 0),
    collections: collections.map(({ id, total }) => ({ id, total })),
    unit,
    bins,
  };
}

/**
 * Tells of at most about `most` of `total` items, sorted by collection and id: where there are more, those whose id's
 * MD5 is low, which is the same ones each time and as even as drawn by lot. Needs a transaction, for its cursor: however
 * many there are, `FETCHED` of them are in memory.
 */
export async function sampleItems(
  session: Session,
  { total, most }: { readonly total: number; readonly most: number },
  tell: (item: ReadItem) => void,
): Promise<void> {
  const limit = total <= most ? null : Math.floor((most / total) * 0xffff_ffff);
  await session.query(
    `DECLARE platform_items NO SCROLL CURSOR FOR
     SELECT id, collection, ${milliseconds(clampMoment('datetime'))} AS start, ${milliseconds(clampMoment('end_datetime'))} AS end,
       ${simplifiedAsGeoJson(String(detail.corners), detail.decimals)} AS geometry
     FROM (SELECT id, collection, datetime, end_datetime, geometry AS g FROM pgstac.items
       ${limit === null ? '' : `WHERE ('x' || left(md5(id), 8))::bit(32)::bigint <= ${limit}`}
       ORDER BY collection COLLATE "C", id COLLATE "C", datetime) AS i`,
  );
  type Row = Omit<ReadItem, 'paths'> & { readonly geometry: string | null };
  for (let rows = [] as readonly Row[], isFirst = true; isFirst || rows.length === FETCHED; isFirst = false) {
    rows = await session.query<Row>(`FETCH ${FETCHED} FROM platform_items`);
    for (const { geometry, ...item } of rows)
      tell({ ...item, paths: geometry === null ? [] : listPaths(JSON.parse(geometry) as Geometry, detail) });
  }
  await session.query('CLOSE platform_items');
}

const milliseconds = (moment: string): string => `round(extract(epoch FROM ${moment}) * 1000)::float8`;

/** A page's Date knows the years that pgSTAC's own writers do; what is beyond, infinity too, stands at their edge. */
const clampMoment = (column: string): string =>
  `greatest('0001-01-01T00:00:00Z'::timestamptz, least('9999-12-31T23:59:59Z'::timestamptz, ${column}))`;
