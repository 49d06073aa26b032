import type { PlatformSpec } from '../spec/schema.ts';
import { deriveClassName, deriveFileStem } from './names.ts';
import type { Pipeline, Source, StacApiSource } from './platform.ts';
import { sortByName } from './values.ts';

type PipelineSpec = NonNullable<PlatformSpec['pipelines']>[string];

export function resolvePipelines(spec: PlatformSpec): readonly Pipeline[] {
  const pipelines = Object.entries(spec.pipelines ?? {}).map(
    ([name, pipeline]): Pipeline => ({
      name,
      className: deriveClassName(name),
      fileStem: deriveFileStem(name),
      source: resolveSource(pipeline.source),
      collections: pipeline.collections ?? [],
      shardBy: pipeline.shardBy ?? 'month',
      method: pipeline.method ?? 'upsert',
      judge: pipeline.judge ?? 'structure',
      schemas: pipeline.schemas ?? null,
      schedule: pipeline.schedule ?? null,
      shards: pipeline.shards ?? null,
      connections: pipeline.connections ?? 2,
      reconcile: { mostDeleted: pipeline.reconcile?.mostDeleted ?? 0.05 },
      download:
        pipeline.download === undefined ? null : { ...pipeline.download, atOnce: pipeline.download.atOnce ?? 4 },
    }),
  );
  return sortByName(pipelines, (pipeline) => pipeline.name);
}

function resolveSource(source: PipelineSpec['source']): Source {
  if (source.files !== undefined) return { kind: 'files', files: source.files };
  if (source.catalog !== undefined) return { kind: 'catalog', location: source.catalog };
  if (source.stacApi === undefined) throw new Error('the schema lets a pipeline have exactly one source');
  return resolveStacApi(source.stacApi);
}

function resolveStacApi(api: NonNullable<PipelineSpec['source']['stacApi']>): StacApiSource {
  return {
    kind: 'stacApi',
    url: api.url.replace(/\/+$/, ''),
    collections: api.collections,
    bbox: api.bbox ?? null,
    datetime: api.datetime ?? null,
    query: api.query ?? null,
    intersects: api.intersects ?? null,
    ids: api.ids ?? null,
    filter: api.filter ?? null,
    sortby: api.sortby?.map(({ field, direction }) => ({ field, direction: direction ?? 'asc' })) ?? null,
    pageSize: api.pageSize ?? 100,
    requests: { atOnce: api.requests?.atOnce ?? 2, perSecond: api.requests?.perSecond ?? null },
  };
}
