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

export const pgstacReleases: readonly PgstacRelease[] = [
  {
    version: '0.9.11',
    sha256: '4b54796965449714a343f523b7bd9e6d782b386f4d4f67a3a4724f164bca92d4',
    wheel: 'pypgstac-0.9.11-py3-none-any.whl',
    layout: { items, collections, partition_stats: partitionStats },
  },
  {
    version: '0.9.12',
    sha256: '781d5d2936e599d01c239ac8e65f39798e48ba5cd36b7009d4cdc031e9a9bf8a',
    wheel: 'pypgstac-0.9.12-py3-none-any.whl',
    layout: { items, collections, partition_stats: partitionStatsByCollection },
  },
  {
    version: '0.10.0',
    sha256: 'c21fdac667c29b05ee02a79a5097658e2290f055e0df4d9a7859a043d15efb21',
    wheel: 'pypgstac-0.10.0-py3-none-any.whl',
    layout: {
      items,
      collections,
      partition_stats: partitionStatsByCollection,
      base_items: ['base_item', 'collection', 'id'],
    },
  },
];

export function findRelease(version: string): PgstacRelease | undefined {
  return pgstacReleases.find((release) => release.version === version);
}
