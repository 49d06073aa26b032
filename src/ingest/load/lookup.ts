import type { Session } from '../../database/connection.ts';
import { writeArray } from '../../database/quote.ts';
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
  /**
   * Names the last time a batch met it; null where the ledger does not have it, since this runner never loaded it, and
   * of an item that was recognised and is noted.
   */
  readonly version: string | null;
  /** This run met the id before: under `insert` and `ignore`, it put it there itself. */
  readonly own: boolean;
  /** This run has met the id at a later place already. */
  readonly superseded: boolean;
  /** The ledger's hash is the item's, and pgSTAC's own table has the item. */
  readonly unchanged: boolean;
  /** To meet it again would change nothing in the ledger but the run, the batch and the position. */
  readonly isNoted: boolean;
  /** pgSTAC's own table has a row of this id. */
  readonly isThere: boolean;
  /** The partitions that have such rows; not asked of an unchanged item that is left as it is. */
  readonly partitions: readonly string[];
}

/** `Found.version` of a row `l` of the ledger: no two batches meet an item at the same place. */
export const LEDGER_VERSION = `concat_ws(' ', l.run, l.batch, l.position)`;

export interface Wanted {
  readonly item: GoodItem;
  /** In its batch, from 1. */
  readonly position: number;
}

/** What was known of a collection before the lookup. */
export interface LookupOptions {
  readonly collection: string;
  /**
   * Every row that pgSTAC has of it is in the ledger: it had none when this runner began. Another loader at work in the
   * same minutes is met in the partition that an item goes to, and nowhere else.
   */
  readonly isOurs: boolean;
  /** An unchanged item is left as it is, so that it only needs to be where it was put. */
  readonly skip: boolean;
  /** That meets them. */
  readonly pipeline: string;
}

/** Looks items of one collection up, in the order given. */
export async function lookUpItems(
  session: Session,
  { collection, isOurs, skip, pipeline }: LookupOptions,
  place: BatchPlace,
  items: readonly Wanted[],
): Promise<readonly Found[]> {
  const asked = items.map(({ item }) => item);
  // Of a first load the ledger has nothing, and to plan the rest of the question for each partition takes longer than that.
  const isNew = isOurs && !(await hasAny(session, collection, asked));
  const noted: Noted = isNew ? new Map() : await readLedger(session, { collection, pipeline }, asked);
  const isLeft = ({ item: { id } }: Wanted) => skip && noted.get(id)?.inPlace === true;
  const partitions = await findPartitions(
    session,
    collection,
    items.filter((one) => !isLeft(one) && (!isOurs || noted.has(one.item.id))),
  );
  return items.map((one): Found => {
    const { id, hash } = one.item;
    const row = noted.get(id);
    const where = partitions.get(id) ?? [];
    const isThere = isLeft(one) || where.length > 0;
    const own = row?.run === place.run;
    return {
      version: row?.version ?? null,
      own,
      superseded: own && comparePlaces(row, { batch: place.batch, position: one.position }) > 0,
      unchanged: row?.hash === hash && isThere,
      isNoted: row?.isNoted === true,
      isThere,
      partitions: where,
    };
  });
}

function comparePlaces(one: { batch: number; position: number }, other: { batch: number; position: number }): number {
  return one.batch - other.batch || one.position - other.position;
}

interface NotedRow {
  readonly id: string;
  readonly version: string;
  readonly run: string | null;
  readonly batch: number;
  readonly position: number;
  /** sha256 in hexadecimal. */
  readonly hash: string;
  /** Where it was put, in microseconds since 1970; null where an older release put it there. */
  readonly start: string | null;
  /** The hash is the item's, and pgSTAC has a row of it in the partition where it was put. */
  readonly inPlace: boolean;
  readonly isNoted: boolean;
}

/** By id. */
type Noted = ReadonlyMap<string, NotedRow>;

/** Whether the ledger has one of them. */
async function hasAny(session: Session, collection: string, items: readonly Pick<GoodItem, 'id'>[]): Promise<boolean> {
  const [found] = await session.query<{ some: boolean }>(
    `SELECT EXISTS (SELECT FROM unnest($2::text::text[]) AS w (id)
       CROSS JOIN LATERAL (SELECT FROM platform.ledger WHERE collection = $1 AND id = w.id LIMIT 1) AS l) AS some`,
    [collection, writeArray(items.map(({ id }) => id))],
  );
  return found?.some === true;
}

/**
 * What the ledger has, by id. Each LIMIT keeps the planner to one probe of an index an item: of tables that were never
 * analysed it would read the whole instead, for every batch.
 */
async function readLedger(
  session: Session,
  { collection, pipeline }: Pick<LookupOptions, 'collection' | 'pipeline'>,
  items: readonly Pick<GoodItem, 'id' | 'hash'>[],
): Promise<Noted> {
  const rows = await session.query<NotedRow>(
    `SELECT l.id, ${LEDGER_VERSION} AS version, l.run::text AS run, l.batch, l.position, encode(l.hash, 'hex') AS hash,
       (extract(epoch FROM l.start) * 1000000)::bigint::text AS start,
       encode(l.hash, 'hex') = w.hash AND (SELECT true FROM pgstac.items i
         WHERE i.collection = $1 AND i.id = w.id AND i.datetime = l.start LIMIT 1) IS TRUE AS "inPlace",
       l.start IS NOT NULL AND coalesce(l.pipeline IN ($4, '*'), false) AS "isNoted"
     FROM unnest($2::text::text[], $3::text::text[]) AS w (id, hash)
     CROSS JOIN LATERAL (SELECT * FROM platform.ledger WHERE collection = $1 AND id = w.id LIMIT 1) AS l`,
    [collection, writeArray(items.map(({ id }) => id)), writeArray(items.map(({ hash }) => hash)), pipeline],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * The partitions that have a row of an id, by id. The collection is a constant of the query so that it is planned for
 * its partitions only; each of them is asked for each id.
 */
async function findPartitions(
  session: Session,
  collection: string,
  items: readonly Wanted[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (items.length === 0) return new Map();
  const rows = await session.query<{ id: string; partitions: readonly string[] }>(
    `SELECT w.id, found.partitions FROM unnest($2::text::text[]) AS w (id)
     CROSS JOIN LATERAL (SELECT jsonb_agg(c.relname) AS partitions FROM pgstac.items i
       JOIN pg_class c ON c.oid = i.tableoid WHERE i.collection = $1 AND i.id = w.id) AS found
     WHERE found.partitions IS NOT NULL`,
    [collection, writeArray(items.map(({ item }) => item.id))],
  );
  return new Map(rows.map(({ id, partitions }) => [id, partitions]));
}
