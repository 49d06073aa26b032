import { suggestName } from '../../diagnostic/suggest.ts';
import { deriveMemberKey, initServiceAccount, kubernetesNamespace, poolerAccount, poolerRole } from '../names.ts';
import type { Finding, RuleInput } from './rule.ts';

/** Workloads and people that can be told apart, and the workload that Metaflow's tasks are. */
export function checkAccess({ value }: RuleInput): readonly Finding[] {
  return [...checkWorkloads(value), ...checkPeople(value), ...checkMetaflow(value)];
}

function checkWorkloads(value: RuleInput['value']): readonly Finding[] {
  const findings: Finding[] = [];
  const accounts = new Map<string, string>();
  for (const [name, workload] of Object.entries(value.access?.workloads ?? {})) {
    findings.push(...checkOwnNames(value, name, workload), ...checkSharedLogins(value, name, workload));
    const account = `${workload.namespace}/${workload.serviceAccount}`;
    const other = accounts.get(account);
    if (other !== undefined) {
      findings.push({
        code: 'PF206',
        at: ['access', 'workloads', name, 'serviceAccount'],
        message: `${name} and ${other} are the same Kubernetes service account, ${account}`,
        hint: 'give each workload a service account of its own: it is its identity',
      });
    }
    accounts.set(account, name);
  }
  return findings;
}

type WorkloadSpec = NonNullable<NonNullable<RuleInput['value']['access']>['workloads']>[string];

/** The names that the platform's own Google service accounts have after its prefix. */
export function listOwnAccounts(value: RuleInput['value']): readonly string[] {
  if (value.hosting.cloudSql === undefined) return ['ingest-postgres', 'pgstac-postgres'];
  return value.kubernetes?.pooler === undefined ? ['init'] : ['init', poolerRole];
}

function checkOwnNames(value: RuleInput['value'], name: string, workload: WorkloadSpec): readonly Finding[] {
  const own = listOwnAccounts(value);
  const at = ['access', 'workloads', name];
  const findings: Finding[] = [];
  if (own.includes(name)) {
    const message = `${name} is the name of an account of the platform's own`;
    findings.push({ code: 'PF206', at, onKey: true, message, hint: 'name the workload otherwise' });
  }
  const owner = workload.namespace === kubernetesNamespace(value) ? findOwner(value, workload.serviceAccount) : null;
  if (owner !== null) {
    const message = `${workload.serviceAccount} is ${owner}'s own service account`;
    findings.push({ code: 'PF206', at: [...at, 'serviceAccount'], message, hint: 'name another service account' });
  }
  return findings;
}

/** Whose a Kubernetes service account of the platform's own namespace is, where it is not free. */
function findOwner(value: RuleInput['value'], serviceAccount: string): string | null {
  if (serviceAccount === initServiceAccount) return 'the init Job';
  return serviceAccount === poolerAccount && value.kubernetes?.pooler !== undefined ? 'the pooler' : null;
}

/** Each machine has one login, which may write: whoever gets its password can do more than read. */
function checkSharedLogins(value: RuleInput['value'], name: string, workload: WorkloadSpec): readonly Finding[] {
  if (value.hosting.virtualMachines === undefined) return [];
  return (['pgstac', 'ingest'] as const).flatMap((database): Finding[] => {
    if (workload.grants[database] !== 'read') return [];
    const at = ['access', 'workloads', name, 'grants', database];
    const message = `on virtual machines the ${database} database has one login, and it may write`;
    return [{ code: 'PF204', at, message, hint: 'host on Cloud SQL, where each workload has its own login' }];
  });
}

function checkPeople(value: RuleInput['value']): readonly Finding[] {
  const findings: Finding[] = [];
  const keys = new Map<string, string>();
  for (const [index, person] of (value.access?.people ?? []).entries()) {
    const key = deriveMemberKey(person.member);
    const other = keys.get(key);
    if (other !== undefined) {
      const message =
        other === person.member
          ? `${person.member} is listed twice`
          : `${person.member} and ${other} would have the same name in Terraform, ${key}`;
      findings.push({ code: 'PF206', at: ['access', 'people', index, 'member'], message, hint: 'keep one of them' });
    }
    keys.set(key, person.member);
  }
  return findings;
}

function checkMetaflow(value: RuleInput['value']): readonly Finding[] {
  if (value.metaflow === undefined) return [];
  const names = Object.keys(value.access?.workloads ?? {});
  const wanted = value.metaflow.workload;
  if (wanted !== undefined) {
    if (names.includes(wanted)) return [];
    const near = suggestName(wanted, names);
    const hint = near === null ? `access.workloads has ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
    return [{ code: 'PF201', at: ['metaflow', 'workload'], message: `access.workloads has no ${wanted}`, hint }];
  }
  if (names.length === 1) return [];
  return names.length === 0
    ? [
        {
          code: 'PF207',
          at: ['metaflow'],
          onKey: true,
          message: "Metaflow's tasks need an identity",
          hint: 'add a workload below access.workloads',
        },
      ]
    : [
        {
          code: 'PF207',
          at: ['metaflow'],
          onKey: true,
          message: "which of the workloads are Metaflow's tasks?",
          hint: `add metaflow.workload: one of ${names.join(', ')}`,
        },
      ];
}
