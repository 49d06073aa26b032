import type { Instant } from '../item/instant.ts';
import type { Period } from '../item/period.ts';
import type { ShardBy } from '../item/shard.ts';
import type { FilesPorts } from './list-files.ts';

/** What a source is opened for: one shard of one run. */
export interface SourceOptions {
  readonly ports: FilesPorts;
  /** Items that are not in each of them need not be read. */
  readonly periods: readonly Period[];
  /** From 1. */
  readonly shard: number;
  readonly shards: number;
  readonly shardBy: ShardBy;
  /** Items read at most; null for all. */
  readonly limit: number | null;
  /** When the run was planned, by the database's clock: the same on every start and in every shard. */
  readonly planned: Instant;
}
