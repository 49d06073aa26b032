import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { at, type Manifest, parseManifests } from '../emit/kubernetes.read.ts';
import { type Cluster, type KubectlOptions, startCluster } from '../support/kubernetes.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { listManifestFolders } from './folders.ts';
import { barePodOf, dryRunPod, eventually, makeProbe, type Pod } from './pods.ts';

const example = 'cloudsql-auth-proxy.yaml';
const proxyName = 'cloudsql-auth-proxy';

/** What is applied for the broken ones, which every test leaves as it was. */
const sample = join(projectRoot, 'generated/default/terraform/kubernetes');

describeWith(['etcd', 'go'], 'a real API server', () => {
  const folders = listManifestFolders();
  let cluster: Cluster;
  let applied: readonly Manifest[] = [];

  beforeAll(async () => {
    cluster = await startCluster();
    const resource = join(import.meta.dirname, 'auth-proxy-workload.yaml');
    await cluster.kubectl(['apply', `--filename=${resource}`]);
    await cluster.kubectl(['wait', '--for=condition=Established', `--filename=${resource}`]);
  }, 900_000);

  // Namespaces stay: to end one takes longer than all the rest.
  afterEach(async () => {
    const left = applied.filter(({ kind }) => kind !== 'Namespace');
    applied = [];
    if (left.length > 0) await kubectl(['delete', '--ignore-not-found', '--filename=-'], { input: writeList(left) });
  });

  /** A warning fails, as an error does. */
  async function kubectl(args: readonly string[], options?: KubectlOptions): Promise<string> {
    const { code, stdout, stderr } = await cluster.tryKubectl(args, options);
    if (code !== 0 || stderr !== '') throw new Error(`kubectl ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  async function apply(folder: string): Promise<readonly Manifest[]> {
    applied = parseManifests(await kubectl(['kustomize', folder]));
    await kubectl(['apply', '--validate=strict', `--kustomize=${folder}`]);
    const quotas = applied.filter(({ kind }) => kind === 'ResourceQuota');
    // Until it has been counted, no pod is made.
    for (const quota of quotas)
      await kubectl(['wait', '--for=jsonpath={.status.hard}', '--filename=-'], { input: JSON.stringify(quota) });
    return applied;
  }

  test('there are folders of both kinds', () => {
    const names = folders.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['generated/default/terraform/kubernetes', 'operator']));
  });

  test.each(folders.map((folder) => [folder.name, folder] as const))('accepts %s', async (_, folder) => {
    const manifests = await apply(folder.path);
    const inKustomization = manifests.map(({ kind }) => kind);
    expect(inKustomization).toEqual(expect.arrayContaining(['Namespace', 'NetworkPolicy']));
    const pods = manifests.flatMap((manifest, index) => barePodOf(manifest, `bare-${index}`) ?? []);
    if (pods.length > 0) await kubectl(['create', '--dry-run=server', '--filename=-'], { input: writeList(pods) });
    const file = join(folder.path, example);
    const shown = existsSync(file) ? await dryRunPod(cluster, readManifest(file)) : null;
    for (const policy of manifests.filter(({ kind }) => kind === 'MutatingAdmissionPolicy'))
      await expectInjection(policy, shown);
  });

  /** What Metaflow's pods get is to the byte what the example shows, the server's defaults included. */
  async function expectInjection(policy: Manifest, shown: Pod | null): Promise<void> {
    const namespace = at(policy, 'spec', 'matchConstraints', 'namespaceSelector', 'matchLabels') as Record<
      string,
      string
    >;
    const conditions = JSON.stringify(at(policy, 'spec', 'matchConditions'));
    const probe = makeProbe({
      namespace: namespace['kubernetes.io/metadata.name'] ?? '',
      serviceAccountName: /serviceAccountName == \\"([a-z0-9-]+)\\"/.exec(conditions)?.[1] ?? '',
    });
    // Without Metaflow there is no example.
    const wanted = shown === null ? [expect.objectContaining({ name: proxyName })] : proxiesOf(shown);
    const pod = await eventually(
      () => dryRunPod(cluster, probe),
      // The policy of the folder before may still be in force.
      (answer) => (shown === null ? proxiesOf(answer).length > 0 : isDeepStrictEqual(proxiesOf(answer), wanted)),
    );
    expect(proxiesOf(pod)).toEqual(wanted);
    const names = pod.spec.containers[0]?.env?.map(({ name }) => name).sort();
    expect(names).toEqual(['INGEST_DB_DSN', 'METAFLOW_SKIP_INSTALL_DEPENDENCIES', 'PGSTAC_URI']);
  }

  test('makes a pod for each shard, by hand from a suspended CronJob too, and all know their Job and their place', async () => {
    await apply(folders.find(({ name }) => name === 'shards')?.path ?? '');
    await kubectl(['create', 'job', 'by-hand', '--namespace=metaflow', '--from=cronjob/ingest-landsat']);
    const read = async (args: readonly string[]) =>
      JSON.parse(await kubectl(['get', ...args, '--namespace=metaflow', '--output=json']));
    const { items: made } = (await eventually(
      () => read(['pods', '--selector=batch.kubernetes.io/job-name=by-hand']),
      ({ items }: { items: unknown[] }) => items.length === 12,
    )) as { items: Manifest[] };
    const job = await read(['job/by-hand']);
    const places = made.map(({ metadata, ...pod }) => {
      expect(at(metadata, 'labels', 'batch.kubernetes.io/controller-uid')).toBe(job.metadata.uid);
      const names = (at(pod, 'spec', 'containers', 0, 'env') as { name: string }[]).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['RUN_ID', 'JOB_COMPLETION_INDEX']));
      return Number(at(metadata, 'annotations', 'batch.kubernetes.io/job-completion-index'));
    });
    expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, place) => place));
    await kubectl(['delete', 'job', 'by-hand', '--namespace=metaflow', '--cascade=foreground']);
  });

  test('makes no pod past the quota, and the next when one has gone', async () => {
    const quota = folders.find(({ name }) => name === 'a quota');
    await apply(quota?.path ?? '');
    const make = (name: string) => {
      const probe = makeProbe();
      const pod = { ...probe, metadata: { ...(probe['metadata'] as object), name } };
      return cluster.tryKubectl(['create', '--filename=-'], { input: JSON.stringify(pod) });
    };
    const jobs = ['delete', 'jobs', '--all', '--namespace=metaflow', '--cascade=foreground'];
    await kubectl(jobs);
    const used = [
      'get',
      'resourcequota',
      'platform-tasks',
      '--namespace=metaflow',
      '--output=jsonpath={.status.used.pods}',
    ];
    await eventually(
      () => kubectl(used),
      (pods) => pods === '0',
    );
    for (const name of ['one', 'two', 'three']) expect((await make(name)).code).toBe(0);
    expect((await make('four')).stderr).toContain('exceeded quota: platform-tasks');
    await kubectl(['delete', 'pod', 'one', '--namespace=metaflow']);
    expect(
      (
        await eventually(
          () => make('four'),
          ({ code }) => code === 0,
        )
      ).code,
    ).toBe(0);
    await kubectl(['delete', 'pod', 'two', 'three', 'four', '--namespace=metaflow']);
  });

  test.each([
    ['a field that does not exist', 'network-policy.yaml', 'policyTypes:', 'policyKinds:'],
    ['a value of the wrong type', 'database-init.yaml', 'backoffLimit: 4', 'backoffLimit: four'],
    ['a field that may not be there', 'database-init.yaml', 'restartPolicy: Never', 'restartPolicy: Always'],
    ['a name that is none', 'service-accounts.yaml', 'name: "metaflow-task"', 'name: "Metaflow_Task"'],
    ['CEL that does not compile', 'task-proxy-policy.yaml', 'spec.containers.env{', 'spec.containers.environment{'],
  ])('refuses %s', async (_, file, from, to) => {
    await expect(apply(breakSample(file, from, to))).rejects.toThrow(/exit 1/);
  });

  /** The server takes the policy, and says what is wrong with it only where a pod is made. */
  test('makes no pod by a policy whose CEL compiles and then fails', async () => {
    await apply(breakSample('task-proxy-policy.yaml', 'name: container.name,', 'name: container.name, args: ["x"],'));
    const args = ['create', '--dry-run=server', '--filename=-'];
    const answer = await eventually(
      () => cluster.tryKubectl(args, { input: JSON.stringify(makeProbe()) }),
      ({ code }) => code !== 0,
    );
    expect(answer.stderr).toContain('may not mutate atomic arrays');
  });

  /** The sample with one text replaced in one file. */
  function breakSample(file: string, from: string, to: string): string {
    const folder = makeTemporaryFolder('broken');
    const { resources } = readManifest(join(sample, 'kustomization.yaml')) as Manifest & { resources: string[] };
    for (const name of ['kustomization.yaml', ...resources]) {
      const text = readFileSync(join(sample, name), 'utf8');
      if (name === file && !text.includes(from)) throw new Error(`${file} has no ${from}`);
      writeFileSync(join(folder, name), name === file ? text.replace(from, to) : text);
    }
    return folder;
  }
});

function readManifest(file: string): Manifest {
  const [document] = parseAllDocuments(readFileSync(file, 'utf8'));
  return document?.toJS() as Manifest;
}

function writeList(items: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function proxiesOf(pod: Pod): readonly unknown[] {
  return (pod.spec.initContainers ?? []).filter(({ name }) => name === proxyName);
}
