import { isRemote } from './names.ts';
import type { Pipeline, Platform } from './platform.ts';

/** Whether only the machine with the spec's folder can run it: a pod has none of the files beside the spec. */
export function isLocal({ source, collections }: Pick<Pipeline, 'source' | 'collections'>): boolean {
  if (!collections.every(isRemote)) return true;
  if (source.kind === 'files') return !source.files.every(isRemote);
  return source.kind === 'catalog' && !isRemote(source.location);
}

/**
 * Whether the cluster has a CronJob that runs the pipeline: by its schedule, or, with shards and no schedule, only when
 * a person starts it.
 */
export function hasCronJob({ kubernetes, metaflow }: Platform, pipeline: Pipeline): boolean {
  if (kubernetes === null || metaflow === null) return false;
  return pipeline.schedule !== null || (pipeline.shards !== null && !isLocal(pipeline));
}
