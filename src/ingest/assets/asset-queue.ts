import type { Database, Session } from '../../database/connection.ts';
import type { Lease } from '../run/lease.ts';
import type { WantedAsset } from './list-assets.ts';

/** An asset that is still to be fetched. */
export interface QueuedAsset extends WantedAsset {
  /** The item is new or another one than before, so that a file that is there may be another one's. */
  readonly changed: boolean;
}

/** Whose the rows are: the shard whose lease is held. */
export interface AssetOwner extends Pick<Lease, 'run' | 'shard'> {
  readonly pipeline: string;
}

/** Whether somebody is at work on the shard that a row belongs to. */
const isHeld = `EXISTS (SELECT FROM platform.lease l WHERE l.run = a.run AND l.shard = a.shard
  AND NOT l.done AND l.expires > clock_timestamp())`;

/** In the transaction that loads the items: from then on none of their assets is forgotten. */
export async function queueAssets(session: Session, owner: AssetOwner, assets: readonly QueuedAsset[]): Promise<void> {
  if (assets.length === 0) return;
  // Who is fetching an asset at this moment keeps it, and finds that it is another one now.
  await session.query(
    `INSERT INTO platform.asset AS a
       (pipeline, collection, item, asset, run, shard, location, failure, path, checksum, type, changed)
     SELECT $1, w.collection, w.item, w.asset, $2, $3, w.location, w.failure, w.path, w.checksum, w.type, w.changed
     FROM jsonb_to_recordset($4::text::jsonb) AS w (collection text, item text, asset text, location text, failure text,
       path text, checksum text, type text, changed boolean)
     ON CONFLICT (pipeline, collection, item, asset) DO UPDATE SET
       run = CASE WHEN ${isHeld} THEN a.run ELSE EXCLUDED.run END,
       shard = CASE WHEN ${isHeld} THEN a.shard ELSE EXCLUDED.shard END,
       location = EXCLUDED.location, failure = EXCLUDED.failure, path = EXCLUDED.path, checksum = EXCLUDED.checksum,
       type = EXCLUDED.type, changed = a.changed OR EXCLUDED.changed, version = a.version + 1`,
    [owner.pipeline, owner.run, owner.shard, JSON.stringify(assets)],
  );
}

/** Takes over what earlier runs of the pipeline left, this shard's share of it. */
export async function adoptAssets(pgstac: Database, owner: AssetOwner, shards: number): Promise<void> {
  await pgstac.session((session) =>
    session.query(
      `UPDATE platform.asset AS a SET run = $2, shard = $3
       WHERE pipeline = $1 AND run <> $2 AND abs(hashtextextended(collection || '/' || item, 0) % $4::int) = $3 - 1
         AND NOT ${isHeld}`,
      [owner.pipeline, owner.run, owner.shard, shards],
    ),
  );
}

/** A row as it was read: what is said of it later counts only if it is still the same. */
export interface QueueRow extends QueuedAsset {
  readonly version: number;
}

/** The shard's rows after another one, in the order of their keys. */
export async function readQueue(
  pgstac: Database,
  owner: AssetOwner,
  after: QueueRow | null,
  most: number,
): Promise<readonly QueueRow[]> {
  const { collection = '', item = '', asset = '' } = after ?? {};
  return await pgstac.session((session) =>
    session.query<QueueRow>(
      `SELECT collection, item, asset, location, failure, path, checksum, type, changed, version FROM platform.asset
       WHERE pipeline = $1 AND run = $2 AND shard = $3 AND (collection, item, asset) > ($4, $5, $6)
       ORDER BY collection, item, asset LIMIT $7`,
      [owner.pipeline, owner.run, owner.shard, collection, item, asset, most],
    ),
  );
}

/** It is there whole. */
export async function forgetAsset(pgstac: Database, owner: AssetOwner, row: QueueRow): Promise<void> {
  await pgstac.session((session) =>
    session.query(
      `DELETE FROM platform.asset
       WHERE pipeline = $1 AND collection = $2 AND item = $3 AND asset = $4 AND version = $5`,
      [owner.pipeline, row.collection, row.item, row.asset, row.version],
    ),
  );
}

/** It stays in the queue, with the reason. */
export async function noteFailure(pgstac: Database, owner: AssetOwner, row: QueueRow, reason: string): Promise<void> {
  await pgstac.session((session) =>
    session.query(
      `UPDATE platform.asset SET failure = $5, tried = clock_timestamp()
       WHERE pipeline = $1 AND collection = $2 AND item = $3 AND asset = $4 AND version = $6`,
      [owner.pipeline, row.collection, row.item, row.asset, reason, row.version],
    ),
  );
}

/** Assets of a run, or of one shard of it, that are not there. */
export interface MissingAssets {
  readonly count: number;
  /** The first of them. */
  readonly assets: readonly MissingAsset[];
}

export interface MissingAsset {
  readonly collection: string;
  readonly item: string;
  readonly asset: string;
  readonly reason: string;
}

export async function reportMissingAssets(
  pgstac: Database,
  run: string,
  shard: number | null,
  most: number,
): Promise<MissingAssets> {
  const rows = await pgstac.session((session) =>
    session.query<MissingAsset & { all: number }>(
      `SELECT collection, item, asset, coalesce(failure, 'it was not tried yet') AS reason, (count(*) OVER ())::int AS all
       FROM platform.asset WHERE run = $1 AND ($2::int IS NULL OR shard = $2::int)
       ORDER BY collection, item, asset LIMIT $3`,
      [run, shard, most],
    ),
  );
  return { count: rows[0]?.all ?? 0, assets: rows.map(({ all: _, ...asset }) => asset) };
}
