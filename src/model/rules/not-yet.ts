import type { Finding, RuleInput } from './rule.ts';

/** What the format has and this version does not do: said where it is asked for, before anything relies on it. */
export function checkNotYet({ value }: RuleInput): readonly Finding[] {
  return Object.entries(value.pipelines ?? {}).flatMap(([name, pipeline]): readonly Finding[] => {
    if (pipeline.download === undefined) return [];
    const message = 'assets are not downloaded yet: the items are loaded, and their assets left where they are';
    const hint = 'leave it: a bucket it names is granted to Metaflow already';
    const at = ['pipelines', name, 'download'];
    return [{ code: 'PF211', severity: 'warning', at, onKey: true, message, hint }];
  });
}
