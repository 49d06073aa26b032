import { beforeAll, expect, test } from '@jest/globals';
import { type CloudSql, startCloudSql } from '../support/cloud-sql/instance.ts';
import { withLoopback } from '../support/loopback.ts';
import { describeWith } from '../support/needs.ts';
import { askProbe, type Pod, type RunningPod, startPod } from '../support/pod.ts';
import { type StacApi, startStacApi } from '../support/stac-api.ts';
import { runInit } from './init.ts';
import { compileProject, makeNode, type Project, writeSpec } from './project.ts';

const password = 'only the admin knows';
const task = 'alps-metaflow-task@acme-earth.iam.gserviceaccount.com';

// In this order: each goes on from what the one before it left in the databases.
describeWith(['go', 'postgres15', 'sharedData'], 'the generated pods, through the real Auth Proxy', () => {
  let source: StacApi;
  let project: Project;
  let cloudSql: CloudSql;

  beforeAll(async () => {
    source = await startStacApi('landsat-8-c2-l2');
    project = await compileProject(writeSpec(source.url, 'landsat-8-c2-l2'));
    cloudSql = await startCloudSql(project.platform, password);
  }, 600_000);

  /** Runs a pod to its end with one Google account's identity; `whileRunning` may do something to it. */
  async function runPod(
    pod: Pod,
    account: string,
    whileRunning: (running: RunningPod) => Promise<void> = async () => {},
  ) {
    const node = await makeNode(project, await cloudSql.variablesFor(account));
    return await withLoopback(async () => {
      const running = await startPod(pod, node);
      await whileRunning(running);
      return await running.ended;
    });
  }

  test('the init Job makes everything with the password of the file, and nothing with another', async () => {
    const refused = await runInit(project, cloudSql, 'a guess');
    expect(refused.main).toEqual({ code: 4, log: expect.stringContaining('password authentication failed') });
    expect(refused.main.log).not.toContain('a guess');
    const { main, sidecars } = await runInit(project, cloudSql, password);
    expect(main).toMatchObject({ code: 0 });
    expect(main.log).not.toContain(password);
    expect(sidecars.map(({ code }) => code)).toEqual([0]);
  });

  test("the example pod answers both probes of its manifest, verifies as the workload's own login, and ends well", async () => {
    const pod = await project.readPod('cloudsql-auth-proxy.yaml');
    const [proxy] = pod.spec.initContainers ?? [];
    const probes = [proxy?.startupProbe, proxy?.livenessProbe];
    let answers: readonly unknown[] = [];
    const { main, sidecars } = await runPod(pod, task, async () => {
      answers = await Promise.all(probes.map((probe) => probe && askProbe(probe)));
    });
    expect(answers).toEqual([200, 200]);
    expect(main).toEqual({ code: 0, log: expect.stringContaining('alps-metaflow-task@acme-earth.iam') });
    expect(sidecars).toEqual([{ code: 0, log: expect.stringContaining('SIGTERM') }]);
  });

  test.each([
    ['without --auto-iam-authn', dropArgument('--auto-iam-authn'), task, 'authentication failed for user'],
    [
      "with another account's identity",
      keep,
      'alps-init@acme-earth.iam.gserviceaccount.com',
      'authentication failed for user',
    ],
    ['with an account that may not reach it', keep, 'x@acme-earth.iam.gserviceaccount.com', 'not authorized'],
    ['by another way', replaceArgument('--private-ip', '--psc'), task, 'does not have IP of type'],
    ['of another instance', replaceArgument(/^acme-earth:/, 'acme-other:europe-west1:x'), task, 'does not exist'],
  ])('%s nobody gets in', async (_, change, account, reason) => {
    const { main, sidecars } = await runPod(change(await project.readPod('cloudsql-auth-proxy.yaml')), account);
    expect({ code: main.code, log: `${main.log}${sidecars[0]?.log}` }).toEqual({
      code: 4,
      log: expect.stringContaining(reason),
    });
  });

  test('without --exit-zero-on-sigterm the sidecar would end as if it had failed', async () => {
    const change = dropArgument('--exit-zero-on-sigterm');
    const { main, sidecars } = await runPod(change(await project.readPod('cloudsql-auth-proxy.yaml')), task);
    expect([main.code, sidecars[0]?.code]).toEqual([0, 143]);
  });

  test("the CronJob's pod loads every item once, though the proxy dies in the middle", async () => {
    const deaths: number[] = [];
    const { main } = await runPod(await project.readPod('ingest-scenes.yaml'), task, async (running) => {
      source.beforePage = async (from) => {
        // The run has its connections by the second page, and batches to write after the third.
        if (from === 0 || deaths.length === 1) return;
        const [proxy] = running.sidecars();
        proxy?.signal('SIGKILL');
        deaths.push((await proxy?.ended)?.code ?? 0);
      };
    });
    expect(deaths).toEqual([137]);
    expect(main).toMatchObject({ code: 0 });
    expect(await count('SELECT count(*), count(DISTINCT id) FROM pgstac.items', 'pgstac')).toEqual([250, 250]);
    const log = "SELECT count(*), count(DISTINCT item) FROM ingestion_log WHERE outcome = 'inserted'";
    expect(await count(log, 'ingest')).toEqual([250, 250]);
  });

  async function count(sql: string, database: string): Promise<readonly number[]> {
    return (await cloudSql.postgres.psql(sql, database)).split('|').map(Number);
  }
});

function keep(pod: Pod): Pod {
  return pod;
}

function dropArgument(argument: string): (pod: Pod) => Pod {
  return changeArguments((args) => args.filter((one) => one !== argument));
}

function replaceArgument(argument: string | RegExp, other: string): (pod: Pod) => Pod {
  const isIt = (one: string) => (typeof argument === 'string' ? one === argument : argument.test(one));
  return changeArguments((args) => args.map((one) => (isIt(one) ? other : one)));
}

/** The sidecar with other arguments; changing nothing would test nothing. */
function changeArguments(change: (args: readonly string[]) => readonly string[]): (pod: Pod) => Pod {
  return (pod) => {
    const initContainers = (pod.spec.initContainers ?? []).map((container) => {
      const args = change(container.args ?? []);
      expect(args).not.toEqual(container.args);
      return { ...container, args };
    });
    return { ...pod, spec: { ...pod.spec, initContainers } };
  };
}
