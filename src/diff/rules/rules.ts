import type { Because, Impact } from '../change.ts';
import { accessRules } from './access.ts';
import { cloudSqlRules } from './cloud-sql.ts';
import { cloudSqlPartRules } from './cloud-sql-parts.ts';
import { databaseRules } from './databases.ts';
import { kubernetesRules } from './kubernetes.ts';
import { pipelineRules } from './pipelines.ts';
import { platformRules } from './platform.ts';
import { type Candidate, fitsRule, type Rule } from './rule.ts';
import { ours } from './sources.ts';
import { virtualMachineRules } from './virtual-machines.ts';

/** What holds where no rule above says otherwise. */
const remaining: readonly Rule[] = [
  {
    resource: '*',
    field: null,
    when: ['appears'],
    impact: 'create',
    reason: 'Made new.',
    source: ours('no rule says otherwise'),
  },
  {
    resource: '*',
    field: null,
    impact: 'destroy',
    reason: 'Removed.',
    source: ours('no rule says otherwise'),
  },
  {
    resource: '*',
    field: '*',
    impact: 'update',
    reason: 'Changed in place.',
    source: ours('no rule says otherwise'),
  },
];

export const rules: readonly Rule[] = [
  ...platformRules,
  ...cloudSqlRules,
  ...cloudSqlPartRules,
  ...virtualMachineRules,
  ...databaseRules,
  ...accessRules,
  ...kubernetesRules,
  ...pipelineRules,
  ...remaining,
];

/** The impact of a change, by the first rule that fits it. */
export function judgeChange(candidate: Candidate): { readonly impact: Impact; readonly rule: Because } {
  const rule = rules.find((one) => fitsRule(one, candidate));
  if (rule === undefined) throw new Error(`no rule for ${candidate.resource} ${candidate.field}`);
  return { impact: rule.impact, rule: { reason: rule.reason, loss: rule.loss ?? null, source: rule.source } };
}
