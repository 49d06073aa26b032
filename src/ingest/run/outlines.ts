/** Degrees, east and north. */
export type Corner = readonly [number, number];

/** GeoJSON's, as PostGIS writes it. */
export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'LineString' | 'MultiPoint'; readonly coordinates: readonly Position[] }
  | { readonly type: 'Polygon' | 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly Geometry[] };
type Position = readonly number[];

export interface Detail {
  /** Corners of one geometry, at most: the paths that are too many are left out. */
  readonly corners: number;
  /** Decimals of a degree. */
  readonly decimals: number;
}

/**
 * Outlines, closed where the last corner is the first; lines; points of one corner. Without holes. An outline across the
 * antimeridian goes on beyond ±180°, and one around a pole is closed along it.
 */
export function listPaths(geometry: Geometry, { corners, decimals }: Detail): readonly (readonly Corner[])[] {
  const paths = listOutlines(geometry).filter((path) => path.length > 0);
  let left = corners;
  return paths.flatMap((path) => {
    left -= path.length;
    return left >= 0 ? [closeAtPole(unwrapPath(path, decimals))] : [];
  });
}

/** In SQL: what `listPaths` draws from, with fewer corners where it has more than `$corners`. As GeoJSON text. */
export const simplifiedAsGeoJson = (corners: string, decimals: number): string => `ST_AsGeoJSON(
  CASE WHEN ST_NPoints(g) <= ${corners} THEN g
    ELSE ST_Simplify(g, greatest(ST_XMax(g) - ST_XMin(g), ST_YMax(g) - ST_YMin(g)) / 100, true) END, ${decimals})`;

function listOutlines(geometry: Geometry): readonly (readonly Position[])[] {
  switch (geometry.type) {
    case 'Point':
      return geometry.coordinates.length > 0 ? [[geometry.coordinates]] : [];
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
function unwrapPath(path: readonly Position[], decimals: number): readonly Corner[] {
  let turns = 0;
  return path.map(([east = 0, north = 0], place) => {
    const step = east - (path[place - 1]?.[0] ?? east);
    if (Math.abs(step) > 180) turns -= Math.sign(step) * 360;
    return [Number((east + turns).toFixed(decimals)), north];
  });
}

/** An outline that ends a whole turn from where it began goes around a pole: the one that it is nearer to. */
function closeAtPole(path: readonly Corner[]): readonly Corner[] {
  const [first, last] = [path[0], path.at(-1)];
  if (first === undefined || last === undefined || Math.abs(Math.abs(last[0] - first[0]) - 360) > 1e-6) return path;
  const pole = path.reduce((sum, [, north]) => sum + north, 0) < 0 ? -90 : 90;
  return [...path, [last[0], pole], [first[0], pole], first];
}
