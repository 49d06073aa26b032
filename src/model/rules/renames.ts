import { listFormerNames } from '../names.ts';
import { listOwnAccounts } from './access.ts';
import type { Finding, RuleInput } from './rule.ts';

/** What is said to have been called otherwise: the platform itself, workloads, replicas. */
export function checkRenames({ value }: RuleInput): readonly Finding[] {
  const workloads = Object.entries(value.access?.workloads ?? {}).map(([name, { renamedFrom }]) => ({
    name,
    at: ['access', 'workloads', name, 'renamedFrom'],
    formerNames: listFormerNames(renamedFrom),
  }));
  const replicas = (value.hosting.cloudSql?.replicas ?? []).map(({ name, renamedFrom }, index) => ({
    name,
    at: ['hosting', 'cloudSql', 'replicas', index, 'renamedFrom'],
    formerNames: listFormerNames(renamedFrom),
  }));
  return [
    ...checkPlatform(value),
    ...checkFormerNames(workloads),
    ...checkFormerNames(replicas),
    ...checkOwnAccounts(workloads, listOwnAccounts(value)),
  ];
}

/**
 * Source: terraform-provider-google, resource_sql_database_instance.go (`name`: ForceNew); Cloud SQL documentation,
 * 'Instance settings' (an instance's name cannot be changed, and stays taken for up to a week after it was deleted).
 */
function checkPlatform(value: RuleInput['value']): readonly Finding[] {
  if (value.renamedFrom === undefined) return [];
  const servers = value.hosting.cloudSql === undefined ? "the machines' accounts and secrets" : 'the instance';
  return [
    {
      code: 'PF226',
      at: ['renamedFrom'],
      onKey: true,
      message: `renaming from ${value.renamedFrom} would make ${servers} anew, with empty databases, and delete the old with all that is in it`,
      hint: 'keep the name; or make the new platform beside the old one, fill it with `platform ingest` or from a backup, and remove the old when nothing uses it',
    },
  ];
}

interface Renamed {
  readonly name: string;
  /** Of its `renamedFrom`. */
  readonly at: Finding['at'];
  readonly formerNames: readonly string[];
}

/**
 * Each former name must be free, and one thing's alone. Source: Terraform's documentation of `moved` blocks (it refuses
 * 'Moved object still exists' and 'Ambiguous move statements' at plan).
 */
function checkFormerNames(all: readonly Renamed[]): readonly Finding[] {
  const named = new Map(all.map((renamed) => [renamed.name, renamed]));
  const claimed = new Map<string, Renamed>();
  const findings: Finding[] = [];
  for (const renamed of all) {
    for (const [index, former] of renamed.formerNames.entries()) {
      // Taken back after another name: what is on Google Cloud has this one still.
      if (former === renamed.name && index === 0 && renamed.formerNames.length > 1) continue;
      const other = named.get(former) ?? claimed.get(former);
      claimed.set(former, renamed);
      if (other !== undefined) findings.push(explainTaken(renamed, former, other));
    }
  }
  return findings;
}

function checkOwnAccounts(workloads: readonly Renamed[], own: readonly string[]): readonly Finding[] {
  return workloads.flatMap(({ at, formerNames }) =>
    formerNames
      .filter((former) => own.includes(former))
      .map((former) => {
        const message = `${former} is the name of an account of the platform's own, and never was a workload's`;
        return { code: 'PF225', at, message, hint: 'write the name it had before, or remove renamedFrom' };
      }),
  );
}

function explainTaken({ name, at }: Renamed, former: string, other: Renamed): Finding {
  if (other.name === name) {
    const message = `${name} cannot have been renamed from itself`;
    return { code: 'PF225', at, message, hint: 'write the name it had before, or remove renamedFrom' };
  }
  const stillThere = other.name === former;
  return {
    code: 'PF225',
    at,
    message: stillThere
      ? `${former} is still there, so ${name} cannot have been renamed from it`
      : `${name} and ${other.name} cannot both have been renamed from ${former}`,
    hint: stillThere
      ? `remove ${former} if ${name} has taken its place, or remove renamedFrom`
      : 'what is on Google Cloud under a former name is of one of them: keep its renamedFrom alone',
    related: { at: other.at.slice(0, -1), message: stillThere ? `${former} is here` : `${other.name} says so too` },
  };
}
