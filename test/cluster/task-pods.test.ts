import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Parts } from '../emit/kubernetes.platforms.ts';
import { type Cluster, startCluster } from '../support/kubernetes.ts';
import { describeWith } from '../support/needs.ts';
import { applyPlatform, startMetaflow } from './metaflow.ts';
import {
  type Container,
  dryRunPod,
  eventually,
  isGivenProxy,
  makeProbe,
  type Pod,
  type ProbeParts,
  taskLabels,
} from './pods.ts';

const ana = 'ana@example.org';
const proxy = 'cloudsql-auth-proxy';
const login = 'acme-metaflow-task%40acme-earth.iam@127.0.0.1:5432';
const given = [
  { name: 'INGEST_DB_DSN', value: `postgresql://${login}/ingest?sslmode=disable` },
  { name: 'METAFLOW_SKIP_INSTALL_DEPENDENCIES', value: '1' },
  { name: 'PGSTAC_URI', value: `postgresql://${login}/pgstac?sslmode=disable` },
];
const workloads = `
  workloads:
    metaflow-task: { namespace: metaflow, serviceAccount: metaflow-task, grants: { pgstac: ingest, ingest: write } }
    tiles: { namespace: metaflow, serviceAccount: tiles, grants: { pgstac: read } }
    far: { namespace: far, serviceAccount: metaflow-task, grants: { pgstac: read } }
  people: [{ member: "user:${ana}", grants: { pgstac: ingest, ingest: write } }]`;
const parts: Parts = {
  access: workloads,
  metaflow: '{ workload: metaflow-task, datastore: gs://acme-metaflow/flows, image: "example.org/runner:1.0.0" }',
};

describeWith(['etcd', 'go', 'python'], "a task's pod", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster([{ name: ana }]);
    await applyPlatform(cluster, parts);
    await cluster.kubectl(['create', 'serviceaccount', 'other', '--namespace=metaflow']);
    await cluster.kubectl(['create', 'namespace', 'elsewhere']);
    await cluster.kubectl(['create', 'serviceaccount', 'metaflow-task', '--namespace=elsewhere']);
    // From here on all policies are in force.
    for (const probe of [{}, { serviceAccountName: 'tiles' }, { namespace: 'far' }])
      await eventually(() => admit(probe), isGivenProxy);
  }, 900_000);

  const admit = (probe: ProbeParts) => dryRunPod(cluster, makeProbe(probe));

  describe("that Metaflow's own client launches", () => {
    let pod: Pod;
    let asked: readonly Container[];

    beforeAll(async () => {
      const client = await startMetaflow(cluster, parts);
      const { stdout: name } = await client('launch', ana);
      const pods = ['get', 'pods', '--namespace=metaflow', `--selector=job-name=${name.trim()}`, '--output=json'];
      const list = await eventually(
        async () => JSON.parse(await cluster.kubectl(pods)) as { items: readonly Pod[] },
        ({ items }) => items.length > 0,
      );
      if (list.items[0] === undefined) throw new Error('the Job has made no pod');
      pod = list.items[0];
      const job = ['get', 'job', name.trim(), '--namespace=metaflow', '--output=jsonpath={.spec.template.spec}'];
      asked = (JSON.parse(await cluster.kubectl(job)) as Pod['spec']).containers;
    }, 600_000);

    test('has the sidecar that the example shows', async () => {
      const example = makeProbe();
      expect(pod.spec.initContainers).toEqual((await dryRunPod(cluster, example)).spec.initContainers);
      expect(pod.spec.initContainers).toEqual([
        expect.objectContaining({
          name: proxy,
          restartPolicy: 'Always',
          args: [
            '--private-ip',
            '--auto-iam-authn',
            '--structured-logs',
            '--exit-zero-on-sigterm',
            '--health-check',
            '--http-address=0.0.0.0',
            '--http-port=9801',
            '--port=5432',
            'acme-earth:europe-west1:acme-postgres',
          ],
          startupProbe: expect.objectContaining({ httpGet: { path: '/startup', port: 9801, scheme: 'HTTP' } }),
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '256Mi' } },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
        }),
      ]);
    });

    test('is otherwise what was asked for, with the DSNs', () => {
      expect(pod.spec.serviceAccountName).toBe('metaflow-task');
      const [container] = pod.spec.containers;
      const [task] = asked;
      expect(pod.spec.containers).toEqual([{ ...task, env: container?.env }]);
      expect(byName(container?.env)).toEqual(byName([...(task?.env ?? []), ...given]));
    });

    test('has no token for the Kubernetes API', () => {
      expect(JSON.stringify(pod.spec)).not.toContain('serviceaccount/token');
      expect(pod.spec).not.toHaveProperty('volumes');
    });

    test('passes baseline, and nothing stricter', async () => {
      const label = ['label', 'namespace', 'metaflow', '--overwrite', '--dry-run=server'];
      const judge = (level: string) => cluster.tryKubectl([...label, `pod-security.kubernetes.io/enforce=${level}`]);
      expect((await judge('baseline')).stderr).toBe('');
      expect((await judge('restricted')).stderr).toContain(`${pod.metadata.name}: allowPrivilegeEscalation != false`);
    });
  });

  test('keeps what it sets itself, and each of several containers gets the rest', async () => {
    const own = { name: 'PGSTAC_URI', value: 'postgresql://127.0.0.1/own' };
    const containers = [{ name: 'start', env: [{ name: 'A', value: 'a' }, own] }, { name: 'second' }];
    const pod = await admit({ containers });
    expect(pod.spec.containers.map(({ name, env }) => [name, byName(env)])).toEqual([
      ['start', byName([{ name: 'A', value: 'a' }, own, ...given.filter(({ name }) => name !== own.name)])],
      ['second', byName(given)],
    ]);
  });

  test('gets the proxy before init containers of its own', async () => {
    const pod = await admit({
      initContainers: [{ name: 'first' }, { name: 'next', env: [{ name: 'B', value: 'b' }] }],
    });
    expect(pod.spec.initContainers?.map(({ name }) => name)).toEqual([proxy, 'first', 'next']);
    expect(pod.spec.initContainers?.[2]?.env).toEqual([{ name: 'B', value: 'b' }]);
  });

  test("of another workload gets that one's login", async () => {
    const loginOf = (pod: Pod) => pod.spec.containers[0]?.env?.find(({ name }) => name === 'PGSTAC_URI')?.value;
    expect(loginOf(await admit({ serviceAccountName: 'tiles' }))).toContain('//acme-tiles%40acme-earth.iam@');
    expect(loginOf(await admit({ namespace: 'far' }))).toContain('//acme-far%40acme-earth.iam@');
  });

  test.each<[string, ProbeParts]>([
    ['already has the proxy among its init containers', { initContainers: [{ name: 'a' }, { name: proxy }] }],
    ['already has the proxy among its containers', { containers: [{ name: 'start' }, { name: proxy }] }],
    ['is of another service account', { serviceAccountName: 'other' }],
    ['is of another namespace', { namespace: 'elsewhere' }],
    ['is no task', { labels: { ...taskLabels, 'app.kubernetes.io/name': 'metaflow-run' } }],
    ['has no labels', { labels: {} }],
  ])('that %s is left alone', async (_, probe) => {
    const { initContainers = [], containers = [{ name: 'start' }] } = probe;
    const pod = await admit(probe);
    expect((pod.spec.initContainers ?? []).map(({ name }) => name)).toEqual(initContainers.map(({ name }) => name));
    expect(pod.spec.containers.map(({ name, env }) => [name, env])).toEqual(
      containers.map(({ name }) => [name, undefined]),
    );
  });
});

function byName(env: Container['env'] = []): unknown {
  return [...env].sort((a, b) => (a.name < b.name ? -1 : 1));
}
