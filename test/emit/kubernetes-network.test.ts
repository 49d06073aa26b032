import { BlockList, isIPv4 } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { emitManifests, endpoint, type Parts, platforms, virtualMachines } from './kubernetes.platforms.ts';
import { at, type Manifest, parseManifests, podOf, readManifests } from './kubernetes.read.ts';

// No cluster here has a network, so that these policies let each pod do what it is for, and no more, is asked of them
// here, by the rules of their reference documentation: policies add up, and a direction without one is open.

interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An address, or a pod by its labels. */
type Peer = string | Pod;

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

interface Rule {
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
  readonly to?: readonly PeerRule[];
  readonly from?: readonly PeerRule[];
}

interface PeerRule {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
}

type Direction = 'ingress' | 'egress';

function listPolicies(manifests: readonly Manifest[], { namespace, labels }: Pod): readonly Manifest[] {
  return manifests.filter(
    (manifest) =>
      manifest.kind === 'NetworkPolicy' &&
      at(manifest, 'metadata', 'namespace') === namespace &&
      selects(at(manifest, 'spec', 'podSelector') as Selector, labels),
  );
}

/** Only the operator that our policies use: another one is a mistake of this reader. */
function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Pod['labels']): boolean {
  for (const expression of matchExpressions) expect(expression).toHaveProperty('operator', 'In');
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}

function allows(
  manifests: readonly Manifest[],
  pod: Pod,
  direction: Direction,
  peer: Peer,
  port: number,
  protocol = 'TCP',
): boolean {
  const rules = listPolicies(manifests, pod).flatMap((policy) => {
    expect(at(policy, 'spec', 'policyTypes')).toEqual(['Ingress', 'Egress']);
    return at(policy, 'spec', direction) as readonly Rule[];
  });
  return rules.some(({ ports, to, from }) => {
    const peers = direction === 'egress' ? to : from;
    return (
      ports?.some((allowed) => allowed.protocol === protocol && allowed.port === port) === true &&
      (peers === undefined || peers.some((rule) => isPeer(rule, peer)))
    );
  });
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: PeerRule, peer: Peer): boolean {
  if (typeof peer === 'string') return ipBlock !== undefined && isWithin(ipBlock.cidr, peer);
  if (namespaceSelector === undefined || podSelector === undefined) return false;
  const ofNamespace = { 'kubernetes.io/metadata.name': peer.namespace };
  return selects(namespaceSelector, ofNamespace) && selects(podSelector, peer.labels);
}

function isWithin(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  expect(isIPv4(network)).toBe(true);
  const list = new BlockList();
  list.addSubnet(network, Number(prefix));
  return list.check(address);
}

/** Every pod that the manifests make, and that of a task, which Metaflow makes. */
function listPods(manifests: readonly Manifest[], parts: Parts): readonly Pod[] {
  const own = manifests.flatMap((manifest): readonly Pod[] => {
    if (at(podOf(manifest), 'containers') === undefined) return [];
    const template = at(manifest, 'spec', 'jobTemplate', 'spec', 'template') ?? at(manifest, 'spec', 'template');
    const metadata = at(template ?? manifest, 'metadata');
    const { name, namespace } = at(manifest, 'metadata') as { name: string; namespace: string };
    const labels = (at(metadata, 'labels') ?? {}) as Pod['labels'];
    return [{ name: `${manifest.kind} ${name}`, namespace, labels }];
  });
  if (parts.metaflow === null) return own;
  const launchers = manifests.find(({ kind }) => kind === 'RoleBinding');
  const namespace = String(at(launchers, 'metadata', 'namespace'));
  return [...own, { name: 'a task', namespace, labels: { 'app.kubernetes.io/name': 'metaflow-task' } }];
}

/** The address of a database, of a site of the internet, and of the metadata server with and without Dataplane V2. */
const database = '10.9.8.7';
const site = '203.0.113.7';
const metadata = [
  ['169.254.169.254', 80],
  ['169.254.169.252', 988],
] as const;
const kubeDns: Pod = { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const poolerClient = { 'platform/pooler-client': 'true' };
/** Whom nothing may reach it by: a pod of the same namespace, and one that the pooler serves. */
const strangers: readonly Pod[] = [
  { name: 'neighbour', namespace: 'metaflow', labels: {} },
  { name: 'client', namespace: 'stac', labels: poolerClient },
];

describe.each(Object.entries(platforms))('%s', (_, parts) => {
  const manifests = emitManifests(parts).flatMap(({ text }) => parseManifests(text));
  const pods = listPods(manifests, parts).map((pod) => [pod.name, pod] as const);
  const onMachines = parts.hosting === virtualMachines;
  const can = (pod: Pod, peer: Peer, port: number) => allows(manifests, pod, 'egress', peer, port);

  if (pods.length === 0) {
    test('makes no pod', () => expect(parts.metaflow).toBeNull());
    return;
  }

  test.each(pods)('%s reaches names, metadata, the databases and HTTPS', (_name, pod) => {
    expect(listPolicies(manifests, pod)).toHaveLength(1);
    for (const protocol of ['UDP', 'TCP'])
      expect([protocol, allows(manifests, pod, 'egress', kubeDns, 53, protocol)]).toEqual([protocol, true]);
    for (const [address, port] of metadata) expect([address, can(pod, address, port)]).toEqual([address, true]);
    expect(can(pod, database, onMachines ? 5432 : 3307)).toBe(true);
    // Secret Manager, the Cloud SQL Admin API, storage, STAC APIs.
    expect(can(pod, site, 443)).toBe(true);
  });

  test.each(pods)('%s reaches no more, and is not reached by its neighbours', (_name, pod) => {
    const isPooler = pod.labels['app.kubernetes.io/name'] === 'pgbouncer';
    const isPublic = parts.kubernetes?.includes('privateIp: false') === true;
    expect(can(pod, site, onMachines ? 5432 : 3307)).toBe(isPublic);
    expect(can(pod, database, onMachines ? 3307 : 5432)).toBe(false);
    for (const port of [22, 25, 6443, 9801]) expect([port, can(pod, site, port)]).toEqual([port, false]);
    for (const stranger of strangers) {
      const served = isPooler && stranger.labels === poolerClient && parts.kubernetes?.includes('stac') === true;
      for (const port of [5432, 6432, 9801]) {
        const allowed = allows(manifests, pod, 'ingress', stranger, port);
        expect([stranger.name, port, allowed]).toEqual([stranger.name, port, served && port === 6432]);
      }
    }
  });
});

describe('the ports of the spec', () => {
  const task: Pod = { name: 'a task', namespace: 'metaflow', labels: { 'app.kubernetes.io/name': 'metaflow-task' } };

  test("are open to tasks anywhere: Metaflow's service, a STAC API, a catalog without TLS", () => {
    const metaflow = (service: string) => `{ datastore: gs://acme, service: "${service}", image: "runner:1" }`;
    const catalog = '{ one: { source: { catalog: "http://landsat.acme.example/catalog.json" } } }';
    const readPolicy = (parts: Parts) => readManifests(parts, 'network-policy.yaml');
    const plain = readPolicy({ metaflow: metaflow('https://metaflow.acme.example'), pipelines: '{}' });
    for (const port of [80, 8080, 8443]) expect(allows(plain, task, 'egress', site, port)).toBe(false);
    const other = readPolicy({ metaflow: metaflow('http://metadata.metaflow.svc:8081'), pipelines: catalog });
    for (const port of [80, 443, 8081]) expect([port, allows(other, task, 'egress', site, port)]).toEqual([port, true]);
  });

  test('are open to whoever is told to use the pooler, and its port is', () => {
    const parts = platforms['pooler'] ?? {};
    const manifests = emitManifests(parts).flatMap(({ text }) => parseManifests(text));
    const pooler = listPods(manifests, parts).find(({ name }) => name === 'Deployment pgbouncer') ?? task;
    expect(allows(manifests, task, 'egress', pooler, 6432)).toBe(true);
    expect(allows(manifests, task, 'egress', { ...pooler, namespace: 'elsewhere' }, 6432)).toBe(false);
    expect(allows(manifests, pooler, 'ingress', task, 6432)).toBe(false);
    const client = { ...task, labels: { ...task.labels, ...poolerClient } };
    expect(allows(manifests, pooler, 'ingress', client, 6432)).toBe(true);
  });

  test('3307 is that of an endpoint as well', () => {
    const manifests = readManifests({ hosting: endpoint }, 'network-policy.yaml');
    expect(allows(manifests, task, 'egress', database, 3307)).toBe(true);
  });
});
