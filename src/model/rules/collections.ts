import type { Finding, RuleInput } from './rule.ts';

/**
 * Two pipelines that load one collection and would partition it differently. `shardBy` is the unit of a run and becomes
 * the collection's `partition_trunc` when the collection is made; a pipeline that comes later with another one is
 * refused at run time, since its shards would be finer, or coarser, than the partitions. Source: pgSTAC's documentation,
 * 'pgSTAC: partitioning'. What files and catalogs hold is not known here.
 */
export function checkCollections({ value }: RuleInput): readonly Finding[] {
  const first = new Map<string, { readonly pipeline: string; readonly index: number; readonly shardBy: string }>();
  const findings: Finding[] = [];
  for (const [pipeline, spec] of Object.entries(value.pipelines ?? {})) {
    const shardBy = spec.shardBy ?? 'month';
    for (const [index, collection] of (spec.source.stacApi?.collections ?? []).entries()) {
      const other = first.get(collection);
      if (other === undefined) first.set(collection, { pipeline, index, shardBy });
      if (other === undefined || other.shardBy === shardBy) continue;
      const written = ['pipelines', pipeline, 'shardBy'];
      const listed = ['pipelines', pipeline, 'source', 'stacApi', 'collections', index];
      findings.push({
        code: 'PF215',
        at: spec.shardBy === undefined ? listed : written,
        message: `${collection} is partitioned by ${other.shardBy} for ${other.pipeline}, and ${pipeline} shards by ${shardBy}`,
        hint: `write shardBy: ${other.shardBy} in both, or another collection`,
        related: {
          at: ['pipelines', other.pipeline, 'source', 'stacApi', 'collections', other.index],
          message: `${other.pipeline} loads it too`,
        },
      });
    }
  }
  return findings;
}
