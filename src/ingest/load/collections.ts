import type { Database, DatabaseTarget, Session } from '../../database/connection.ts';
import { describeError } from '../../database/failure.ts';
import { IngestionFailure } from '../failure.ts';
import { type BaseValue, readBaseItem } from '../item/base-item.ts';
import type { CollectionDocument } from '../item/judge.ts';
import type { RowTools } from '../item/row-tools.ts';
import type { ShardBy } from '../item/shard.ts';
import type { JsonScanner } from '../json/scan.ts';
import { adviseFor } from './advice.ts';
import type { Layout } from './layout.ts';
import { rehydrateItems } from './rehydrate.ts';
import { isTransient } from './retry.ts';

/** A collection of the database, as its items need it. */
export interface KnownCollection {
  readonly id: string;
  readonly base: BaseValue;
  readonly baseItemId: number | null;
  /** Tells whether `base` is still the collection's. */
  readonly fingerprint: string;
  /** It had no item when it was read. */
  readonly wasEmpty: boolean;
}

/** Null where the database has no such collection. Throws where its partitions are not those of `shardBy`. */
export async function readCollection(
  database: Database,
  layout: Layout,
  id: string,
  shardBy: ShardBy,
  scanner: JsonScanner,
): Promise<KnownCollection | null> {
  const from = layout.namesBaseItems
    ? 'b.base_item_id, b.base_item FROM pgstac.collections c, pgstac.current_base_item(c.id) b'
    : 'NULL::int AS base_item_id, c.base_item FROM pgstac.collections c';
  const [row] = await database.session((session) =>
    session.query<{
      trunc: string | null;
      fingerprint: string;
      base_item_id: number | null;
      base: string;
      empty: boolean;
    }>(
      `SELECT partition_trunc AS trunc, md5(base_item::text) AS fingerprint, base_item_id, base_item::text AS base,
         NOT EXISTS (SELECT FROM pgstac.items WHERE collection = $1) AS empty
       FROM (SELECT c.partition_trunc, ${from} WHERE c.id = $1) AS found`,
      [id],
    ),
  );
  if (row === undefined) return null;
  refuseOtherPartitions(database.target, { id, trunc: row.trunc }, shardBy);
  const { fingerprint, base_item_id: baseItemId, empty: wasEmpty } = row;
  return { id, base: readBaseItem(row.base, scanner), baseItemId, fingerprint, wasEmpty };
}

export interface CollectionOptions {
  readonly shardBy: ShardBy;
  readonly layout: Layout;
  /** With what items are rewritten where the collection's base item changes under them; null refuses the change. */
  readonly rehydrate: RowTools | null;
}

/**
 * Puts a collection into the database as `pypgstac load collections --method upsert` does, and says how its items are
 * partitioned where it is new. Refuses what would alter items that are already there, unless they may be rewritten.
 */
export async function upsertCollection(
  database: Database,
  collection: CollectionDocument,
  options: CollectionOptions,
): Promise<void> {
  const { id } = collection;
  const { shardBy } = options;
  const content = collection.bytes.toString('utf8');
  try {
    await database.transaction(async (session) => {
      // Most of the time there is nothing to do, and then nothing is locked: other shards make partitions meanwhile.
      const seen = await compareCollection(session, id, content, '');
      if (seen?.same === true) return refuseOtherPartitions(database.target, { id, trunc: seen.trunc }, shardBy);
      const created = await session.query(
        `INSERT INTO pgstac.collections (content, partition_trunc) VALUES ($1::text::jsonb, $2)
         ON CONFLICT (id) DO NOTHING RETURNING id`,
        [content, shardBy === 'none' ? null : shardBy],
      );
      if (created.length === 0) await updateCollection(session, database.target, { id, content }, options);
    });
  } catch (cause) {
    if (cause instanceof IngestionFailure || isTransient(cause)) throw cause;
    throw new IngestionFailure('refused', `collection ${id}: ${describeError(cause)}`, { cause });
  }
}

/**
 * What the content of a row of `collections` shall become: the source's ($2), but where pgSTAC's setting
 * update_collection_extent has it count the extent from the items, that extent. Of a collection without items it counts
 * a null, which is no extent.
 */
const WANTED_CONTENT = `CASE WHEN pgstac.get_setting_bool('update_collection_extent')
         AND jsonb_typeof(content->'extent') = 'object'
       THEN jsonb_set($2::text::jsonb, '{extent}', content->'extent') ELSE $2::text::jsonb END`;

interface Compared {
  readonly trunc: string | null;
  /** Its content is what it shall become. */
  readonly same: boolean;
  readonly oldBase: string;
  readonly newBase: string;
  /** The two are not the same. */
  readonly rebased: boolean;
  readonly loaded: boolean;
}

/** How the database's collection stands to a new one; undefined where it has none. */
async function compareCollection(
  session: Session,
  id: string,
  content: string,
  lock: 'FOR UPDATE' | '',
): Promise<Compared | undefined> {
  const [found] = await session.query<Compared>(
    `SELECT partition_trunc AS trunc, content = ${WANTED_CONTENT} AS same,
       base_item::text AS "oldBase", pgstac.collection_base_item($2::text::jsonb)::text AS "newBase",
       base_item IS DISTINCT FROM pgstac.collection_base_item($2::text::jsonb) AS rebased,
       EXISTS (SELECT FROM pgstac.items WHERE collection = $1) AS loaded
     FROM pgstac.collections WHERE id = $1 ${lock}`,
    [id, content],
  );
  return found;
}

async function updateCollection(
  session: Session,
  target: DatabaseTarget,
  { id, content }: { readonly id: string; readonly content: string },
  { shardBy, layout, rehydrate }: CollectionOptions,
): Promise<void> {
  const old = await compareCollection(session, id, content, 'FOR UPDATE');
  refuseOtherPartitions(target, { id, trunc: old?.trunc ?? null }, shardBy);
  if (old === undefined || old.same) return;
  if (old.rebased && rehydrate === null && old.loaded)
    throw new IngestionFailure(
      'refused',
      `collection ${id} has items, which are stored beside its item_assets and stac_version, and the new ones are others`,
      { hint: 'ingest it with --rehydrate, which keeps every item as it is read now' },
    );
  // 0.10 keeps the base items that a collection has had, and an item is read beside the one that it was stored for.
  if (old.rebased && rehydrate !== null && !layout.namesBaseItems)
    await rehydrateItems(session, { id, oldBase: old.oldBase, newBase: old.newBase }, rehydrate);
  await session.query(`UPDATE pgstac.collections SET content = ${WANTED_CONTENT} WHERE id = $1`, [id, content]);
}

function refuseOtherPartitions(
  target: DatabaseTarget,
  { id, trunc }: { id: string; trunc: string | null },
  shardBy: ShardBy,
): void {
  const found = trunc ?? 'none';
  if (found === shardBy) return;
  const value = shardBy === 'none' ? 'NULL' : `'${shardBy}'`;
  const repartition = `repartition it: SET search_path TO pgstac, public; UPDATE collections SET partition_trunc = ${value} WHERE id = '${id.replaceAll("'", "''")}'`;
  throw new IngestionFailure('refused', `collection ${id} is partitioned by ${found}, and shardBy is ${shardBy}`, {
    hint: `write shardBy: ${found}, or ${adviseFor(target, repartition)}`,
  });
}
