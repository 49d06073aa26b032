import type { Session } from '../../database/connection.ts';
import type { GoodItem } from '../item/judge.ts';

/** A batch of a run. */
export interface BatchPlace {
  /** A UUID. */
  readonly run: string;
  /** From 1. */
  readonly batch: number;
}

/** What the database has of an item before its batch. */
export interface Found {
  /** Names the last time a batch met it; null where the ledger does not have it: this runner never loaded it. */
  readonly version: string | null;
  /** This run met the id before: under `insert` and `ignore`, it put it there itself. */
  readonly own: boolean;
  /** This run has met the id at a later place already. */
  readonly superseded: boolean;
  /** The ledger's hash is the item's, and pgSTAC's own table has the item. */
  readonly unchanged: boolean;
  /** Partitions of pgSTAC that have a row of this id. */
  readonly partitions: readonly string[];
}

/** `Found.version` of a row `l` of the ledger: no two batches meet an item at the same place. */
export const LEDGER_VERSION = `concat_ws(' ', l.run, l.batch, l.position)`;

interface FoundRow {
  readonly number: number;
  readonly version: string | null;
  readonly own: boolean | null;
  readonly superseded: boolean | null;
  readonly same: boolean | null;
  readonly partitions: readonly string[] | null;
}

/**
 * Looks items of one collection up, in the order given. The collection is a constant of the query so that it is planned
 * for its partitions only.
 */
export async function lookUpItems(
  session: Session,
  collection: string,
  { run, batch }: BatchPlace,
  items: readonly { readonly item: GoodItem; readonly position: number }[],
): Promise<readonly Found[]> {
  const wanted = items.map(({ item: { id, hash }, position }, number) => ({ number, id, hash, position }));
  const rows = await session.query<FoundRow>(
    `SELECT w.number, CASE WHEN l.hash IS NOT NULL THEN ${LEDGER_VERSION} END AS version,
       l.run = $3::uuid AS own, l.run = $3::uuid AND (l.batch, l.position) > ($4::int, w.position) AS superseded, encode(l.hash, 'hex') = w.hash AS same,
       (SELECT jsonb_agg(c.relname) FROM pgstac.items i JOIN pg_class c ON c.oid = i.tableoid
        WHERE i.collection = $1 AND i.id = w.id) AS partitions
     FROM jsonb_to_recordset($2::text::jsonb) AS w (number int, id text, hash text, position int)
     LEFT JOIN platform.ledger l ON l.collection = $1 AND l.id = w.id`,
    [collection, JSON.stringify(wanted), run, batch],
  );
  const found: Found[] = items.map(() => ({
    version: null,
    own: false,
    superseded: false,
    unchanged: false,
    partitions: [],
  }));
  for (const { number, version, own, superseded, same, partitions } of rows)
    found[number] = {
      version,
      own: own === true,
      superseded: superseded === true,
      unchanged: same === true && partitions !== null,
      partitions: partitions ?? [],
    };
  return found;
}
