import type { Pipeline } from '../../model/platform.ts';
import { monthOf } from '../item/instant.ts';
import { parsePeriod } from '../item/period.ts';

/** Where nothing says how much time a source covers. */
const UNKNOWN_PERIOD_SHARDS = 4;
/** More workers at once than this are asked for by name. */
const MOST_SHARDS = 24;

/** How many shards a run has unless told: the spec's, or one for each month or year that the pipeline asks for, where that is known. */
export function chooseShards({ source, shardBy, shards }: Pipeline): number {
  if (shards !== null) return shards;
  if (shardBy === 'none') return 1;
  const period = source.kind === 'stacApi' && source.datetime !== null ? parsePeriod(source.datetime) : null;
  if (period === null || period.from === null || period.to === null) return UNKNOWN_PERIOD_SHARDS;
  const [from, to] = [monthOf(period.from), monthOf(period.to)];
  const periods = shardBy === 'year' ? to.year - from.year + 1 : (to.year - from.year) * 12 + to.month - from.month + 1;
  return Math.min(Math.max(periods, 1), MOST_SHARDS);
}
