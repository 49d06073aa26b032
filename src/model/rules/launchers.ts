import { canBindLaunchers, coversGrants, minorOf } from '../launchers.ts';
import { initServiceAccount, kubernetesNamespace, poolerAccount } from '../names.ts';
import type { Finding, RuleInput } from './rule.ts';

/**
 * Whoever may make Jobs in a namespace may run one as any service account of it. Where the cluster cannot hold the people
 * who launch tasks to the tasks' own, no account that may do more than these people may be beside it.
 */
export function checkLaunchers({ value }: RuleInput): readonly Finding[] {
  const { kubernetes } = value;
  const runner = findRunner(value);
  if (kubernetes === undefined || runner === undefined || canBindLaunchers(minorOf(kubernetes))) return [];
  const launchers = (value.access?.people ?? []).filter(({ grants }) => coversGrants(grants, runner.grants));
  return listNeighbours(value, runner).flatMap((neighbour): readonly Finding[] => {
    const person = launchers.find(
      ({ grants }) => neighbour.grants === 'admin' || !coversGrants(grants, neighbour.grants),
    );
    if (person === undefined) return [];
    const message = `Kubernetes ${kubernetes.version} lets ${person.member}, who may start tasks, start them as ${neighbour.account}, ${neighbour.what}`;
    const hint = `${neighbour.hint}, or upgrade the cluster to 1.30, which can tell the two apart`;
    return [{ code: 'PF270', at: ['kubernetes', 'version'], message, hint }];
  });
}

type WorkloadSpec = NonNullable<NonNullable<RuleInput['value']['access']>['workloads']>[string];

/** A service account of the tasks' namespace that is not the tasks'. */
interface Neighbour {
  readonly account: string;
  readonly what: string;
  readonly grants: WorkloadSpec['grants'] | 'admin';
  readonly hint: string;
}

function listNeighbours(value: RuleInput['value'], runner: WorkloadSpec): readonly Neighbour[] {
  const workloads = Object.entries(value.access?.workloads ?? {}).filter(
    ([, workload]) => workload !== runner && workload.namespace === runner.namespace,
  );
  const others = workloads.map(([name, { serviceAccount, grants }]): Neighbour => {
    const hint = `give ${name} another namespace`;
    return { account: serviceAccount, what: 'which may do more than they', grants, hint };
  });
  return kubernetesNamespace(value) === runner.namespace ? [...listOwn(value), ...others] : others;
}

/** The platform's own accounts, which are in its own namespace. */
function listOwn(value: RuleInput['value']): readonly Neighbour[] {
  const { cloudSql } = value.hosting;
  if (cloudSql === undefined) return [];
  const pooler = value.kubernetes?.pooler;
  const hint = "name another kubernetes.namespace than the tasks'";
  const init: Neighbour = {
    account: initServiceAccount,
    what: "which reads the admin's password",
    grants: 'admin',
    hint,
  };
  const grants = { pgstac: pooler?.grants?.pgstac ?? 'read', ingest: pooler?.grants?.ingest ?? 'read' } as const;
  const pooled: Neighbour = { account: poolerAccount, what: 'which may do more than they', grants, hint };
  return [...(cloudSql.bootstrap === 'terraform' ? [] : [init]), ...(pooler === undefined ? [] : [pooled])];
}

function findRunner(value: RuleInput['value']): WorkloadSpec | undefined {
  const workloads = value.access?.workloads ?? {};
  const [only] = Object.keys(workloads);
  return value.metaflow === undefined ? undefined : workloads[value.metaflow.workload ?? only ?? ''];
}
