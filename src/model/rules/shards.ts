import { connectionsSource, readMaxConnections, reservedConnections } from './connections.ts';
import type { Finding, RuleInput } from './rule.ts';

type PipelineSpec = NonNullable<RuleInput['value']['pipelines']>[string];
type StacApiSpec = NonNullable<PipelineSpec['source']['stacApi']>;

/** Shards that would have nothing to do, all of it to read, or no connection to do it by. */
export function checkShards({ value }: RuleInput): readonly Finding[] {
  return Object.entries(value.pipelines ?? {}).flatMap(([name, pipeline]): readonly Finding[] => {
    const { shards } = pipeline;
    if (shards === undefined) return [];
    const at = ['pipelines', name, 'shards'];
    return [
      ...checkParts(at, shards, pipeline),
      ...checkReading(at, shards, pipeline),
      ...checkConnections(at, shards, value),
    ];
  });
}

/** A shard is whole months or years of a collection (see `shardOf`), so more of them than there are have none. */
function checkParts(at: readonly string[], shards: number, pipeline: PipelineSpec): readonly Finding[] {
  const parts = countParts(pipeline);
  if (parts === null || shards <= parts) return [];
  const what = { month: 'months', year: 'years', none: 'collections' }[pipeline.shardBy ?? 'month'];
  const message = `${shards} shards for ${parts} ${what}: some would have nothing to load`;
  const hint = `write shards: ${parts} or less`;
  return [{ code: 'PF276', severity: 'warning', at, message, hint }];
}

/** Null where the source does not say. */
function countParts({ source: { stacApi }, shardBy = 'month' }: PipelineSpec): number | null {
  if (stacApi === undefined) return null;
  const collections = new Set(stacApi.collections).size;
  if (shardBy === 'none') return collections;
  const moments = (stacApi.datetime ?? '..').split('/').map((moment) => new Date(moment));
  const [first, last = first] = moments;
  if (first === undefined || last === undefined || !(first <= last)) return null;
  const years = last.getUTCFullYear() - first.getUTCFullYear();
  const periods = shardBy === 'year' ? years : years * 12 + last.getUTCMonth() - first.getUTCMonth();
  return (periods + 1) * collections;
}

/** An API whose time is not cut into windows (see `openStacApi`) is read whole by each shard. */
function checkReading(at: readonly string[], shards: number, pipeline: PipelineSpec): readonly Finding[] {
  const { source, shardBy = 'month' } = pipeline;
  const reason = source.stacApi === undefined ? null : explainOneSearch(source.stacApi, shardBy);
  if (shards < 2 || reason === null) return [];
  const message = `each of ${shards} shards reads the whole API: ${reason}`;
  const hint = 'write shards: 1, or a datetime with shardBy: month or year, without ids and sortby';
  return [{ code: 'PF286', severity: 'warning', at, message, hint }];
}

/** Why a search is not cut into windows; null where it is. */
function explainOneSearch({ ids, sortby, datetime }: StacApiSpec, shardBy: string): string | null {
  if (ids !== undefined) return 'a search by ids is one search';
  if (sortby !== undefined) return 'sortby is the order of one search';
  if (shardBy === 'none') return 'with shardBy: none no time is cut into windows';
  return datetime === undefined ? 'it has no datetime that could be cut into windows' : null;
}

/** A pod has a connection to each database, and where it writes to several partitions some more. */
const leastConnections = 2;

function checkConnections(at: readonly string[], shards: number, value: RuleInput['value']): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  const most = sql === undefined ? null : readMaxConnections(sql);
  if (sql === undefined || most === null || shards * leastConnections <= most - reservedConnections) return [];
  const message = `${shards} shards at once ask for ${shards * leastConnections} connections and more, and the instance has ${most}, ${reservedConnections} of them reserved`;
  const hint = `write shards: ${Math.floor((most - reservedConnections) / leastConnections)} or less, or choose a larger tier`;
  return [{ code: 'PF214', at, message, hint, related: connectionsSource(sql, most) }];
}
