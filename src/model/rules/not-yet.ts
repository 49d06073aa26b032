import type { Finding, RuleInput } from './rule.ts';

/** What the format has and this version does not do: said where it is asked for, before anything relies on it. */
export function checkNotYet({ value }: RuleInput): readonly Finding[] {
  return Object.entries(value.pipelines ?? {}).flatMap(([name, pipeline]) => {
    const at = ['pipelines', name];
    const findings: Finding[] = [];
    if (pipeline.judge === 'full') {
      const message = 'judge: full is not available yet';
      findings.push({ code: 'PF211', at: [...at, 'judge'], message, hint: 'write judge: structure' });
    }
    if (pipeline.download !== undefined) {
      const message = 'assets are not downloaded yet: the items are loaded, and their assets left where they are';
      const hint = 'leave it: a bucket it names is granted to Metaflow already';
      findings.push({ code: 'PF211', severity: 'warning', at: [...at, 'download'], onKey: true, message, hint });
    }
    return findings;
  });
}
