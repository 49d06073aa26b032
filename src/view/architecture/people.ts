import type { Person, Platform } from '../../model/platform.ts';
import { choosePeoplesWay } from '../../model/proxy-way.ts';
import {
  databases,
  describeGrants,
  groupBy,
  mostDrawn,
  type Part,
  type PlannedEdge,
  type PlannedNode,
  peoplesWay,
  type Subject,
} from './part.ts';
import { roleOf, wayWords } from './workloads.ts';

/** People and groups, and the one way by which all of them get in. */
export function planPeople(subject: Subject): Part {
  const { platform, entryAt } = subject;
  const { people } = platform;
  if (people.length === 0) return { nodes: [], edges: [] };
  const way = planWay(subject);
  const groups =
    people.length <= mostDrawn
      ? people.map((one) => [one])
      : groupBy(people, ({ kind, grants }) => `${kind} ${describeGrants(grants)}`);
  const nodes = groups.map((own): PlannedNode => {
    const [first] = own;
    const many = first?.kind === 'group' ? 'groups' : 'people';
    return {
      id: `person ${first?.member}`,
      kind: 'person',
      column: 0,
      title: own.length === 1 ? (first?.email ?? '') : `${own.length} ${many}`,
      detail: first?.kind === 'group' ? 'group' : 'person',
      facts: own.map(({ member, grants }) => ({ name: member, value: describeGrants(grants) })),
      lines: own.map(({ member }) => entryAt(['access', 'people'], 'member', member)),
    };
  });
  const edges = groups.map(
    (own, index): PlannedEdge => ({
      from: nodes[index]?.id ?? '',
      to: way.id,
      identity: own.length === 1 ? (own[0]?.email ?? '') : 'each as themselves',
      how: entranceWords(platform),
    }),
  );
  return {
    nodes: [...nodes, way],
    edges: [...edges, ...databases.flatMap((database) => enter(platform, way.id, database))],
  };
}

function planWay({ platform, at }: Subject): PlannedNode {
  const { hosting, bastion } = platform;
  const common = { id: peoplesWay, kind: 'way', column: 2 } as const;
  if (hosting.kind === 'virtualMachines')
    return {
      ...common,
      title: 'IAP tunnel',
      detail: 'to port 5432 of a machine',
      facts: [{ name: 'Role', value: 'roles/iap.tunnelResourceAccessor, on each machine' }],
      lines: [at('access', 'people')],
    };
  const words = wayWords[choosePeoplesWay(platform)];
  if (bastion === null)
    return {
      ...common,
      title: 'Auth Proxy',
      detail: "on one's own machine",
      facts: [
        { name: 'Reaches the instance by', value: words },
        { name: 'Works', value: 'inside the network only, unless the address is public' },
      ],
      lines: [at('access', 'bastion')],
    };
  return {
    ...common,
    title: bastion.machine,
    detail: 'bastion, then Auth Proxy',
    facts: [
      {
        name: 'Machine',
        value: `${bastion.machineType} in ${bastion.zone}, without an external address or a Google identity`,
      },
      { name: 'Reaches', value: bastion.ranges.join(', ') },
      { name: 'Reaches the instance by', value: words },
    ],
    lines: [at('access', 'bastion')],
  };
}

function entranceWords({ hosting, bastion }: Platform): string {
  if (hosting.kind === 'virtualMachines') return 'Identity-Aware Proxy';
  return bastion === null ? 'own Google login' : 'SSH by IAP, OS Login';
}

/** From the way in to a database, where anybody is granted it. */
function enter(
  { people, hosting, ...rest }: Platform,
  from: string,
  database: 'pgstac' | 'ingest',
): readonly PlannedEdge[] {
  const granted = people.filter(({ grants }) => grants[database] !== null);
  if (granted.length === 0) return [];
  const to = `database ${database}`;
  if (hosting.kind === 'virtualMachines')
    return [{ from, to, identity: hosting[database].login, how: 'password of a secret, TLS' }];
  const roles = [
    ...new Set(granted.map(({ member }) => roleOf({ people, hosting, ...rest }, database, member))),
  ].sort();
  const identity = granted.length === 1 ? (granted[0] as Person).email : 'each as themselves, by IAM';
  return [{ from, to, identity, how: roles.join(', ') }];
}
