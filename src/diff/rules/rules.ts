import { type Because, compareBadness, type Impact } from '../change.ts';
import { knownVersions } from '../providers.ts';
import {
  includesVersion,
  intersectVersions,
  readVersions,
  showVersions,
  type Version,
  type VersionRange,
} from '../versions.ts';
import { accessRules } from './access.ts';
import { cloudSqlRules } from './cloud-sql.ts';
import { cloudSqlDataRules } from './cloud-sql-data.ts';
import { cloudSqlPartRules } from './cloud-sql-parts.ts';
import { cloudSqlReachRules } from './cloud-sql-reach.ts';
import { cloudSqlSettingRules } from './cloud-sql-settings.ts';
import type { Candidate } from './conditions.ts';
import { databaseRules } from './databases.ts';
import { kubernetesRules } from './kubernetes.ts';
import { machineBackupRules } from './machine-backups.ts';
import { metaflowRules } from './metaflow.ts';
import { monitoringRules } from './monitoring.ts';
import { pipelineRules } from './pipelines.ts';
import { platformRules } from './platform.ts';
import { fitsRule, type Rule } from './rule.ts';
import { ours } from './sources.ts';
import { virtualMachineRules } from './virtual-machines.ts';

/**
 * What holds where no rule above says otherwise. A field without a rule of its own is presumed to do the worst, since a
 * change in place that in truth replaces is what diff exists to prevent; a test holds that no field of the model is one.
 */
const remaining: readonly Rule[] = [
  {
    id: 'any/made',
    resource: '*',
    field: null,
    when: ['appears'],
    impact: 'create',
    reason: 'Made new.',
    source: ours('no rule says otherwise'),
  },
  {
    id: 'any/removed',
    resource: '*',
    field: null,
    impact: 'destroy',
    reason: 'Removed.',
    source: ours('no rule says otherwise'),
  },
  {
    id: 'any/unknown',
    resource: '*',
    field: '*',
    impact: 'replace',
    reason: 'No rule knows this field, so the worst is presumed: read terraform plan.',
    source: ours('no rule says otherwise'),
  },
];

export const rules: readonly Rule[] = [
  ...platformRules,
  ...cloudSqlRules,
  ...cloudSqlSettingRules,
  ...cloudSqlDataRules,
  ...cloudSqlPartRules,
  ...cloudSqlReachRules,
  ...monitoringRules,
  ...virtualMachineRules,
  ...machineBackupRules,
  ...databaseRules,
  ...accessRules,
  ...kubernetesRules,
  ...metaflowRules,
  ...pipelineRules,
  ...remaining,
];

export interface Judgement {
  readonly impact: Impact;
  readonly rule: Because;
}

/** A rule and the versions it holds for, read once. */
const dated = rules.map((rule) => ({ rule, range: rule.versions === undefined ? null : readKnown(rule.versions) }));

/** Where a rule begins or ceases to hold. */
const turns: readonly Version[] = dated.flatMap(({ range }) =>
  range === null ? [] : [range.from, range.to ?? range.from],
);

/**
 * The impact of a change by the first rule that fits it. Where the provider's version isn't certain and its versions
 * differ, the worst of what they do.
 */
export function judgeChange(candidate: Candidate, running: readonly VersionRange[]): Judgement {
  const versions = running.flatMap((range) => [range.from, ...turns.filter((turn) => includesVersion(range, turn))]);
  const [worst] = versions.map((version) => judgeAt(candidate, version)).sort(compareLoss);
  if (worst === undefined) throw new RangeError('a change cannot be judged for no version at all');
  return worst;
}

/** What loses data is worse than whatever leaves it, even a change that is refused. */
function compareLoss(a: Judgement, b: Judgement): number {
  return Number(a.rule.loss === null) - Number(b.rule.loss === null) || compareBadness(a, b);
}

function judgeAt(candidate: Candidate, version: Version): Judgement {
  const found = dated.find(
    ({ rule, range }) => (range === null || includesVersion(range, version)) && fitsRule(rule, candidate),
  );
  if (found === undefined) throw new Error(`no rule for ${candidate.resource} ${candidate.field}`);
  return { impact: found.rule.impact, rule: citeRule(found.rule, found.range ?? knownVersions) };
}

function citeRule({ id, reason, loss, source }: Rule, range: VersionRange): Because {
  const because = { id, reason, loss: loss ?? null };
  if (source.kind === 'document') return { ...because, source: source.page, provider: null };
  const { name, readAt, file, attribute } = source;
  const versions = showVersions(range);
  return {
    ...because,
    source: `${name} ${versions} (read at ${readAt}), ${file}: ${attribute}`,
    provider: { name, versions, readAt, file, attribute },
  };
}

function readKnown(versions: string): VersionRange {
  const range = readVersions(versions);
  const known = range === null ? null : intersectVersions(range, knownVersions);
  if (known === null) throw new Error(`a rule for versions that are not known: ${versions}`);
  return known;
}
