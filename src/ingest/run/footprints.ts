import type { Database } from '../../database/connection.ts';
import { type Corner, type Geometry, listPaths, simplifiedAsGeoJson } from './outlines.ts';

/** At most so many items are drawn, and of each so many corners, whatever a run has. */
const MOST_ITEMS = 500;
const detail = { corners: 60, decimals: 3 };

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
      `SELECT picked.loaded, ${simplifiedAsGeoJson('$3', detail.decimals)} AS geometry
       FROM (SELECT w.collection, w.id, w.outcome IN ('inserted', 'updated') AS loaded, w.hash ${itemsOfRun}
         ORDER BY loaded DESC, w.hash LIMIT $2) AS picked
       CROSS JOIN LATERAL (SELECT geometry AS g FROM pgstac.items i
         WHERE i.collection = picked.collection AND i.id = picked.id LIMIT 1) AS item
       ORDER BY picked.loaded DESC, picked.hash`,
      [run, MOST_ITEMS, detail.corners],
    );
    const shown = rows.map(({ loaded, geometry }) => ({
      loaded,
      paths: geometry === null ? [] : listPaths(JSON.parse(geometry) as Geometry, detail),
    }));
    return { items: Number(count?.items), shown };
  });
}

/** Of an id that came twice, the one that was kept. */
const itemsOfRun = `FROM platform.receipt r,
  jsonb_to_recordset(r.items) AS w (id text, collection text, outcome text, hash text)
  WHERE r.run = $1 AND w.outcome IN ('inserted', 'updated', 'unchanged', 'ignored')`;
