import type { Database } from '../../database/connection.ts';

/** At most so many items are drawn, and of each so many corners, whatever a run has. */
const MOST_ITEMS = 500;
const MOST_CORNERS = 60;

/** Degrees, east and north. */
export type Corner = readonly [number, number];

/** Where the items of a run are, for a map: as many as can be drawn, the same ones each time. */
export interface Footprints {
  /** Items of the run that are in pgSTAC by what it did with them: loaded, or there already. */
  readonly items: number;
  readonly shown: readonly Footprint[];
}

export interface Footprint {
  /** False where the item was there already, unchanged or ignored. */
  readonly loaded: boolean;
  /** Outlines, closed where the last corner is the first; lines; points of one corner. */
  readonly paths: readonly (readonly Corner[])[];
}

/**
 * The footprints of what a run loaded and what it left as it was. Where there are too many, those whose hashes come first: as
 * good as drawn by lot. An outline across the antimeridian goes on beyond ±180°.
 */
export async function readFootprints(pgstac: Database, run: string): Promise<Footprints> {
  return await pgstac.session(async (session) => {
    const [count] = await session.query<{ items: string }>(`SELECT count(*)::text AS items ${itemsOfRun}`, [run]);
    const rows = await session.query<{ loaded: boolean; geometry: string | null }>(
      `SELECT picked.loaded, ST_AsGeoJSON(CASE WHEN ST_NPoints(g) <= $3 THEN g
           ELSE ST_Simplify(g, greatest(ST_XMax(g) - ST_XMin(g), ST_YMax(g) - ST_YMin(g)) / 100, true) END, 3) AS geometry
       FROM (SELECT w.collection, w.id, w.outcome IN ('inserted', 'updated') AS loaded, w.hash ${itemsOfRun}
         ORDER BY loaded DESC, w.hash LIMIT $2) AS picked
       CROSS JOIN LATERAL (SELECT geometry AS g FROM pgstac.items i
         WHERE i.collection = picked.collection AND i.id = picked.id LIMIT 1) AS item
       ORDER BY picked.loaded DESC, picked.hash`,
      [run, MOST_ITEMS, MOST_CORNERS],
    );
    const shown = rows.map(({ loaded, geometry }) => ({
      loaded,
      paths: geometry === null ? [] : listPaths(JSON.parse(geometry) as Geometry),
    }));
    return { items: Number(count?.items), shown };
  });
}

/** Of an id that came twice, the one that was kept. */
const itemsOfRun = `FROM platform.receipt r,
  jsonb_to_recordset(r.items) AS w (id text, collection text, outcome text, hash text)
  WHERE r.run = $1 AND w.outcome IN ('inserted', 'updated', 'unchanged', 'ignored')`;

/** GeoJSON's, as PostGIS writes it. */
type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'LineString' | 'MultiPoint'; readonly coordinates: readonly Position[] }
  | { readonly type: 'Polygon' | 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly Geometry[] };
type Position = readonly number[];

/** Exported for its test. Without holes, and without the corners that are too many. */
export function listPaths(geometry: Geometry): readonly (readonly Corner[])[] {
  const paths = listOutlines(geometry).filter((path) => path.length > 0);
  let left = MOST_CORNERS;
  return paths.flatMap((path) => {
    left -= path.length;
    return left >= 0 ? [unwrapPath(path)] : [];
  });
}

function listOutlines(geometry: Geometry): readonly (readonly Position[])[] {
  switch (geometry.type) {
    case 'Point':
      return [[geometry.coordinates]];
    case 'MultiPoint':
      return geometry.coordinates.map((point) => [point]);
    case 'LineString':
      return [geometry.coordinates];
    case 'MultiLineString':
      return geometry.coordinates;
    case 'Polygon':
      return geometry.coordinates.slice(0, 1);
    case 'MultiPolygon':
      return geometry.coordinates.flatMap((polygon) => polygon.slice(0, 1));
    case 'GeometryCollection':
      return geometry.geometries.flatMap(listOutlines);
    default:
      return geometry satisfies never;
  }
}

/** Each corner the short way round from the one before: a step of more than 180° is one across the antimeridian. */
function unwrapPath(path: readonly Position[]): readonly Corner[] {
  let turns = 0;
  return path.map(([east = 0, north = 0], place) => {
    const step = east - (path[place - 1]?.[0] ?? east);
    if (Math.abs(step) > 180) turns -= Math.sign(step) * 360;
    return [Number((east + turns).toFixed(3)), north];
  });
}
