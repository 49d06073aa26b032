import type { Source } from '../../model/platform.ts';
import type { Instant } from '../item/instant.ts';
import type { Period } from '../item/period.ts';
import type { ShardBy } from '../item/shard.ts';
import type { Ports } from '../ports.ts';
import { openCatalog } from './catalog.ts';
import type { OpenSource } from './document.ts';
import { openFiles } from './files.ts';
import { openStacApi } from './stac-api.ts';

export interface SourceOptions {
  readonly ports: Ports;
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

/** Opens what a pipeline reads from. Nothing is read before it is asked for. */
export function openSource(source: Source, options: SourceOptions): OpenSource {
  const { ports, periods } = options;
  switch (source.kind) {
    case 'files':
      return openFiles(source.files, ports);
    case 'stacApi':
      return openStacApi(source, periods, ports);
    case 'catalog':
      return openCatalog(source.location, ports);
    default:
      return source satisfies never;
  }
}
