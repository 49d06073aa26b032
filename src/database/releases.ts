import { pgstacSha256 } from '../model/pgstac-releases.ts';

/** A pgSTAC release on PyPI: its base SQL by hash, and the columns by which its layout is known again. */
export interface PgstacRelease {
  readonly version: string;
  /** Of `pypgstac/migrations/pgstac.VERSION.sql` in the wheel. */
  readonly sha256: string;
  readonly wheel: string;
  /**
   * Columns of the tables that a loader writes. Two layouts call themselves 0.10, and a fork can call itself anything:
   * a version alone says too little.
   */
  readonly layout: Readonly<Record<string, readonly string[]>>;
}

const items = ['collection', 'content', 'datetime', 'end_datetime', 'geometry', 'id', 'private'];
const collections = [
  'base_item',
  'content',
  'datetime',
  'end_datetime',
  'geometry',
  'id',
  'key',
  'partition_trunc',
  'private',
];
const partitionStats = ['dtrange', 'edtrange', 'keys', 'last_updated', 'partition', 'spatial'];
const partitionStatsByCollection = ['collection', ...partitionStats, 'partition_dtrange'].sort();

const layouts: Readonly<Record<string, PgstacRelease['layout']>> = {
  '0.9.11': { items, collections, partition_stats: partitionStats },
  '0.9.12': { items, collections, partition_stats: partitionStatsByCollection },
  '0.10.0': {
    items,
    collections,
    partition_stats: partitionStatsByCollection,
    base_items: ['base_item', 'collection', 'id'],
  },
};

export const pgstacReleases: readonly PgstacRelease[] = Object.entries(layouts).map(([version, layout]) => ({
  version,
  sha256: pgstacSha256(version),
  wheel: `pypgstac-${version}-py3-none-any.whl`,
  layout,
}));

export function findRelease(version: string): PgstacRelease | undefined {
  return pgstacReleases.find((release) => release.version === version);
}
