import type { Session } from '../../database/connection.ts';
import type { GoodItem } from '../item/judge.ts';

/** What the database has of an item before its batch. */
export interface Found {
  /** The ledger has a hash for it: it was loaded by this runner. */
  readonly inLedger: boolean;
  /** That hash is the item's, and pgSTAC's own table has the item. */
  readonly unchanged: boolean;
  /** Partitions of pgSTAC that have a row of this id. */
  readonly partitions: readonly string[];
}

/** Looks items of one collection up, in the order given. The collection is a constant of the query so that it is planned for its partitions only. */
export async function lookUpItems(
  session: Session,
  collection: string,
  items: readonly GoodItem[],
): Promise<readonly Found[]> {
  const wanted = items.map(({ id, hash }, number) => ({ number, id, hash }));
  const rows = await session.query<{ number: number; known: boolean; same: boolean; partitions: string[] | null }>(
    `SELECT w.number, l.hash IS NOT NULL AS known, coalesce(encode(l.hash, 'hex') = w.hash, false) AS same,
       (SELECT jsonb_agg(c.relname) FROM pgstac.items i JOIN pg_class c ON c.oid = i.tableoid
        WHERE i.collection = $1 AND i.id = w.id) AS partitions
     FROM jsonb_to_recordset($2::text::jsonb) AS w (number int, id text, hash text)
     LEFT JOIN platform.ledger l ON l.collection = $1 AND l.id = w.id`,
    [collection, JSON.stringify(wanted)],
  );
  const found: Found[] = items.map(() => ({ inLedger: false, unchanged: false, partitions: [] }));
  for (const { number, known, same, partitions } of rows)
    found[number] = { inLedger: known, unchanged: same && partitions !== null, partitions: partitions ?? [] };
  return found;
}
