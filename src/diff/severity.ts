import type { Change, Impact } from './change.ts';

/** What `--fail-on` can name, the mildest first. */
export const thresholds = ['update', 'restart', 'replace', 'destroy', 'refused'] as const;

export type Threshold = (typeof thresholds)[number];

/** Whether a change is as bad as a threshold, or worse. One that loses data is at least as bad as a replacement. */
export function reachesThreshold({ impact, rule }: Pick<Change, 'impact' | 'rule'>, threshold: Threshold): boolean {
  const own = rankOf(impact);
  const rank = rule.loss === null ? own : Math.max(own, rankOf('replace'));
  return rank >= rankOf(threshold);
}

/** -1 for what nothing fails on: `create` and `none`. */
function rankOf(impact: Impact): number {
  return (thresholds as readonly Impact[]).indexOf(impact);
}
