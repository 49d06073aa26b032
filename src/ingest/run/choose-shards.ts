import type { Pipeline } from '../../model/platform.ts';
import { monthOf, parseInstant } from '../item/instant.ts';

/** Where nothing says how much time a source covers. */
const UNKNOWN_PERIOD_SHARDS = 4;
/** More workers at once than this are asked for by name. */
const MOST_SHARDS = 24;

/** How many shards a run has unless told: the spec's, or one for each month or year that the pipeline asks for, where that is known. */
export function chooseShards({ source, shardBy, shards }: Pipeline): number {
  if (shards !== null) return shards;
  if (shardBy === 'none') return 1;
  const interval = source.kind === 'stacApi' ? source.datetime?.split('/') : undefined;
  const [first, last] = (interval ?? []).map(parseInstant);
  if (first === undefined || first === null) return UNKNOWN_PERIOD_SHARDS;
  if (last === null) return UNKNOWN_PERIOD_SHARDS;
  const [from, to] = [monthOf(first), monthOf(last ?? first)];
  const periods = shardBy === 'year' ? to.year - from.year + 1 : (to.year - from.year) * 12 + to.month - from.month + 1;
  return Math.min(Math.max(periods, 1), MOST_SHARDS);
}
