import { isRemote } from './names.ts';
import type { Pipeline, Platform, Source } from './platform.ts';

/** What only the machine with the spec's folder can read: a pod has none of the files beside the spec. */
export function isLocalSource(source: Source): boolean {
  if (source.kind === 'files') return !source.files.every(isRemote);
  return source.kind === 'catalog' && !isRemote(source.location);
}

/**
 * Whether the cluster has a CronJob that runs the pipeline: by its schedule, or, with shards and no schedule, only when
 * a person starts it.
 */
export function hasCronJob({ kubernetes, metaflow }: Platform, { schedule, shards, source }: Pipeline): boolean {
  if (kubernetes === null || metaflow === null) return false;
  return schedule !== null || (shards !== null && !isLocalSource(source));
}
