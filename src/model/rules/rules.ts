import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { checkAccess } from './access.ts';
import { checkCloudSql } from './cloud-sql.ts';
import { checkKubernetes } from './kubernetes.ts';
import { checkNetwork } from './network.ts';
import { checkNotYet } from './not-yet.ts';
import { checkPipelines } from './pipelines.ts';
import { checkRenames } from './renames.ts';
import { type Finding, type RuleInput, toDiagnostic } from './rule.ts';

const rules: readonly ((input: RuleInput) => readonly Finding[])[] = [
  checkNetwork,
  checkCloudSql,
  checkAccess,
  checkKubernetes,
  checkPipelines,
  checkRenames,
  checkNotYet,
];

/** Everything past the schema that is wrong with one environment. */
export function checkRules(input: RuleInput): readonly Diagnostic[] {
  return rules.flatMap((rule) => rule(input)).map((finding) => toDiagnostic(input.root, finding));
}
