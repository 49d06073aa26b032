import type { Change, Impact } from './change.ts';

/** What `--fail-on` can name, the mildest first. */
export const thresholds = ['update', 'restart', 'replace', 'destroy', 'refused'] as const;

export type Threshold = (typeof thresholds)[number];

/**
 * Whether a change is as bad as a threshold, or worse. What loses data counts as one step worse than it looks: a
 * replacement destroys the data, whatever is made in its place, and anything milder is as bad as a replacement.
 */
export function reachesThreshold({ impact, rule }: Pick<Change, 'impact' | 'rule'>, threshold: Threshold): boolean {
  const own = rankOf(impact);
  const least = impact === 'replace' ? rankOf('destroy') : rankOf('replace');
  return (rule.loss === null ? own : Math.max(own, least)) >= rankOf(threshold);
}

/** -1 for what nothing fails on: `create` and `none`. */
function rankOf(impact: Impact): number {
  return (thresholds as readonly Impact[]).indexOf(impact);
}
