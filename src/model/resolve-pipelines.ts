import type { PlatformSpec } from '../spec/schema.ts';
import { deriveClassName, deriveFileStem } from './names.ts';
import type { Pipeline, Source } from './platform.ts';
import { sortByName } from './values.ts';

type PipelineSpec = NonNullable<PlatformSpec['pipelines']>[string];

export function resolvePipelines(spec: PlatformSpec): readonly Pipeline[] {
  const pipelines = Object.entries(spec.pipelines ?? {}).map(
    ([name, pipeline]): Pipeline => ({
      name,
      className: deriveClassName(name),
      fileStem: deriveFileStem(name),
      source: resolveSource(pipeline.source),
      shardBy: pipeline.shardBy ?? 'month',
      method: pipeline.method ?? 'upsert',
      judge: pipeline.judge ?? 'structure',
      schedule: pipeline.schedule ?? null,
      shards: pipeline.shards ?? null,
      download: pipeline.download ?? null,
    }),
  );
  return sortByName(pipelines, (pipeline) => pipeline.name);
}

function resolveSource(source: PipelineSpec['source']): Source {
  if (source.files !== undefined) return { kind: 'files', files: source.files };
  if (source.catalog !== undefined) return { kind: 'catalog', location: source.catalog };
  if (source.stacApi === undefined) throw new Error('the schema lets a pipeline have exactly one source');
  const { url, collections, bbox, datetime, query } = source.stacApi;
  return {
    kind: 'stacApi',
    url: url.replace(/\/+$/, ''),
    collections,
    bbox: bbox ?? null,
    datetime: datetime ?? null,
    query: query ?? null,
  };
}
