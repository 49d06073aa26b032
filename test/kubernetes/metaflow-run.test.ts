import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dryRunPod, eventually, isGivenProxy, makeProbe } from '../cluster/pods.ts';
import { cleanEnvironment } from '../support/cli.ts';
import { type CloudSql, startCloudSql } from '../support/cloud-sql/instance.ts';
import { startFakeGcs } from '../support/fake-gcs.ts';
import { type Kubelet, startKubelet } from '../support/kubelet.ts';
import { type Cluster, startCluster } from '../support/kubernetes.ts';
import { describeWith } from '../support/needs.ts';
import type { Node, Pod } from '../support/pod.ts';
import { metaflow, type PythonTool, pythonTool, readImageRequirements } from '../support/python.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { type StacApi, startStacApi } from '../support/stac-api.ts';
import { runInit } from './init.ts';
import { compileProject, makeNode, type Project, writeSpec } from './project.ts';

const launcher = 'ana@example.org';
const isTask = 'app.kubernetes.io/name=metaflow-task';
const password = 'only the admin knows';

describeWith(['etcd', 'go', 'postgres15', 'python', 'sharedData'], 'python …_flow.py --with kubernetes run', () => {
  let source: StacApi;
  let project: Project;
  let cloudSql: CloudSql;
  let cluster: Cluster;
  let kubelet: Kubelet;
  let client: PythonTool;
  let laptop: Readonly<Record<string, string>>;

  beforeAll(async () => {
    source = await startStacApi('landsat-8-c2-l2');
    project = await compileProject(writeSpec(source.url, 'landsat-8-c2-l2', 2));
    cloudSql = await startCloudSql(project.platform, password);
    await runInit(project, cloudSql, password);
    cluster = await startCluster([{ name: launcher }]);
    await applyManifests();
    const storage = { STORAGE_EMULATOR_HOST: await startFakeGcs('acme-metaflow') };
    client = await pythonTool(metaflow);
    laptop = {
      ...storage,
      ...(await cloudSql.variablesFor(launcher)),
      KUBECONFIG: await cluster.kubeconfigOf(launcher),
      METAFLOW_USER: 'ana',
    };
    const pods = await pythonTool(readImageRequirements());
    const nodeOf = async (account: string): Promise<Node> => {
      const node = await makeNode(project, { ...storage, ...(await cloudSql.variablesFor(account)) });
      return { ...node, programs: [...node.programs, join(pods.python, '..')] };
    };
    kubelet = await startKubelet(cluster, { selector: isTask, nodeOf });
  }, 900_000);

  afterAll(() => kubelet.stop());

  /** As the guide says; then waits until a task's pod is given the proxy, since policies act a moment after they are there. */
  async function applyManifests(): Promise<void> {
    await cluster.kubectl(['apply', '-k', join(project.folder, 'terraform/kubernetes')]);
    expect(isGivenProxy(await eventually(() => dryRunPod(cluster, makeProbe()), isGivenProxy))).toBe(true);
  }

  /** The guide's two lines, in a shell of the user's own. */
  function runFlow(): Promise<RunResult> {
    const start = '"$0" metaflow_flows/scenes_ingestion_flow.py --with kubernetes run';
    const args = ['-c', `export $(cat configs/metaflow_gcp.yaml | xargs); exec ${start}`, client.python];
    const env = { ...cleanEnvironment('empty'), ...laptop };
    return runProcess('bash', args, { cwd: project.folder, env, timeout: 800_000 });
  }

  test('every task gets the proxy, logs in by IAM and finishes, one that was killed in the middle too', async () => {
    const killed: string[] = [];
    kubelet.whileRunning = async (pod, running) => {
      source.beforePage = async (from) => {
        if (from === 0 || killed.length > 0) return;
        running.main.signal('SIGKILL');
        killed.push(pod.metadata.name);
      };
    };
    const { code, stdout, stderr } = await runFlow();
    expect({ code, log: `${stdout}${stderr}${kubelet.log()}` }).toEqual({
      code: 0,
      log: expect.stringContaining(
        `${source.items} read, ${source.items} loaded, 0 unchanged, 0 ignored, 0 quarantined`,
      ),
    });
    expect(killed).toHaveLength(1);
    await expectAllOnce();
    // Every task had a pod, the killed one another: as the policy made them.
    const shards = ['download-items', 'download-items', 'download-items'];
    const steps = kubelet.pods.map(({ spec }) => spec.containers[0]?.name);
    expect(steps).toEqual(['start', ...shards, 'join', 'write-to-db', 'end']);
    for (const pod of kubelet.pods) expect(describePod(pod)).toEqual(admitted);
  }, 900_000);

  /** Each item of the source is in pgSTAC once, and once in the log. */
  async function expectAllOnce(): Promise<void> {
    const { psql } = cloudSql.postgres;
    const items = 'SELECT count(*), count(DISTINCT id) FROM pgstac.items';
    expect(await psql(items, 'pgstac')).toBe(`${source.items}|${source.items}`);
    const log = 'SELECT outcome, count(*), count(DISTINCT item) FROM ingestion_log GROUP BY outcome';
    expect(await psql(log, 'ingest')).toBe(`inserted|${source.items}|${source.items}`);
  }
});

const admitted = {
  serviceAccount: 'metaflow-task',
  sidecars: [{ name: 'cloudsql-auth-proxy', restartPolicy: 'Always' }],
  variables: ['INGEST_DB_DSN', 'METAFLOW_SKIP_INSTALL_DEPENDENCIES', 'PGSTAC_URI'],
};

function describePod({ spec }: Pod) {
  const given = new Set(admitted.variables);
  return {
    serviceAccount: spec.serviceAccountName,
    sidecars: spec.initContainers?.map(({ name, restartPolicy }) => ({ name, restartPolicy })),
    variables: spec.containers
      .flatMap(({ env = [] }) => env.map(({ name }) => name).filter((name) => given.has(name)))
      .sort(),
  };
}
