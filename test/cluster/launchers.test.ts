import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Parts } from '../emit/kubernetes.platforms.ts';
import { type Cluster, startCluster } from '../support/kubernetes.ts';
import { describeWith } from '../support/needs.ts';
import { applyPlatform, type MetaflowClient, startMetaflow } from './metaflow.ts';
import { eventually } from './pods.ts';

const ana = 'ana@example.org';
const oncall = 'omar@example.org';
const reader = 'rex@example.org';
const nobody = 'nobody@example.org';
const task = 'system:serviceaccount:metaflow:metaflow-task';

const withPeople = (people: string): Parts => ({
  access: `
  workloads:
    metaflow-task: { namespace: metaflow, serviceAccount: metaflow-task, grants: { pgstac: ingest, ingest: write } }
  people: [${people}]`,
});
const grants = '{ pgstac: ingest, ingest: write }';
const launched = withPeople(`
    { member: "user:${ana}", grants: ${grants} },
    { member: "group:oncall@example.org", grants: ${grants} },
    { member: "user:${reader}", grants: { pgstac: read, ingest: read } }`);

describeWith(['etcd', 'go', 'python'], 'who launches tasks', () => {
  let cluster: Cluster;
  let client: MetaflowClient;

  beforeAll(async () => {
    cluster = await startCluster([
      { name: ana },
      { name: oncall, groups: ['oncall@example.org'] },
      { name: reader },
      { name: nobody },
    ]);
    client = await startMetaflow(cluster, launched);
    await applyPlatform(cluster, launched);
  }, 900_000);

  /** What they may do, one line a resource, without what everyone may. */
  async function listRights(as: string, namespace = 'metaflow'): Promise<readonly string[]> {
    const ask = async (user: string) => {
      const args = ['auth', 'can-i', '--list', '--no-headers', `--namespace=${namespace}`];
      return (await cluster.kubectl(args, { as: user }))
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ +/g, ' '));
    };
    const everyones = new Set(await ask(as === task ? 'system:serviceaccount:default:default' : nobody));
    return (await ask(as)).filter((line) => !everyones.has(line)).sort();
  }

  function createJob(as: string | undefined, account: object): Promise<{ code: number; stderr: string }> {
    const spec = { restartPolicy: 'Never', containers: [{ name: 'x', image: 'x' }], ...account };
    const metadata = { generateName: 'x-', namespace: 'metaflow' };
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: { spec } } };
    const args = ['create', '--dry-run=server', '--filename=-'];
    return cluster.tryKubectl(args, { input: JSON.stringify(job), ...(as === undefined ? {} : { as }) });
  }

  test.each([ana, oncall])('%s may do what the client and a person asks, and no more', async (user) => {
    expect(await listRights(user)).toEqual([
      'events [] [] [get list watch]',
      'jobs.batch [] [] [create get list watch patch delete]',
      'pods [] [] [get list watch]',
      'pods/log [] [] [get]',
    ]);
    expect(await listRights(user, 'default')).toEqual([]);
  });

  test.each([reader, task])('%s may do nothing', async (user) => {
    expect(await listRights(user)).toEqual([]);
  });

  test.each([ana, oncall])("Metaflow's own client launches a task as %s, and takes it back", async (user) => {
    const { code, stdout, stderr } = await client('kill', user);
    expect([code, stderr]).toEqual([0, '']);
    const name = stdout.trim();
    const args = ['get', 'job', name, '--namespace=metaflow', '--output=jsonpath={.spec.parallelism}'];
    expect(await cluster.kubectl(args, { as: user })).toBe('0');
    const pods = ['get', 'pods', '--namespace=metaflow', `--selector=job-name=${name}`, '--output=name'];
    expect(
      await eventually(
        () => cluster.kubectl(pods),
        (left) => left === '',
      ),
    ).toBe('');
    await cluster.kubectl(['delete', 'job', name, '--namespace=metaflow'], { as: user });
  });

  test.each([reader, nobody])("Metaflow's own client launches nothing as %s", async (user) => {
    const { code, stderr } = await client('launch', user);
    expect(code).not.toBe(0);
    expect(stderr).toContain('cannot create resource "jobs"');
  });

  describe('as another service account than the task', () => {
    const asInit = { serviceAccountName: 'platform-init' };

    test.each([
      ["the init Job's, which reads the admin's password", asInit, 'platform-init'],
      ['the same by the old name of the field', { serviceAccount: 'platform-init' }, 'platform-init'],
      ['none', {}, 'default'],
    ])('%s: no Job starts', async (_, account, name) => {
      for (const user of [ana, oncall]) {
        const answer = await eventually(
          () => createJob(user, account),
          ({ code }) => code !== 0,
        );
        expect(answer.stderr).toContain(`starts Jobs as metaflow-task, not as ${name}`);
      }
    });

    test('who may impersonate it may, and the administrator', async () => {
      expect((await createJob(ana, { serviceAccountName: 'metaflow-task' })).code).toBe(0);
      expect((await createJob(undefined, asInit)).code).toBe(0);
      const role = ['--verb=impersonate', '--resource=serviceaccounts', '--resource-name=platform-init'];
      await cluster.kubectl(['create', 'role', 'as-init', '--namespace=metaflow', ...role]);
      const bound = ['--role=as-init', `--user=${ana}`, '--namespace=metaflow'];
      await cluster.kubectl(['create', 'rolebinding', 'as-init', ...bound]);
      const answer = await eventually(
        () => createJob(ana, asInit),
        ({ code }) => code === 0,
      );
      expect(answer.code).toBe(0);
      expect((await createJob(oncall, asInit)).code).toBe(1);
      await cluster.kubectl(['delete', 'role,rolebinding', 'as-init', '--namespace=metaflow']);
    });
  });

  test('whose grant is taken away may do nothing once it is applied, the last one too', async () => {
    await applyPlatform(cluster, withPeople(''));
    expect(await listRights(ana)).toEqual([]);
    expect(await listRights(oncall)).toEqual([]);
  });
});
