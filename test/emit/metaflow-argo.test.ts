import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { metaflowTarget } from '../../src/emit/metaflow.ts';
import { startMetadataServer } from '../support/cloud-sql/metadata-server.ts';
import { makeTokens } from '../support/cloud-sql/tokens.ts';
import { startFakeGcs } from '../support/fake-gcs.ts';
import { describeWith } from '../support/needs.ts';
import { metaflow, mypy, type PythonTool, pytest, pythonTool, ruff } from '../support/python.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { at } from './kubernetes.read.ts';
import { makePlatform } from './metaflow.fixture.ts';

interface Template {
  readonly name: string;
  readonly serviceAccountName?: string;
  readonly container?: { readonly command: readonly string[]; readonly resources: object };
  readonly activeDeadlineSeconds?: number;
}

describeWith(['python', 'go'], 'the flow, compiled for Argo Workflows without a network', () => {
  const stops: (() => void)[] = [];
  afterAll(() => {
    for (const stop of stops) stop();
  });
  let python: PythonTool;
  let folder = '';
  let template: unknown;

  beforeAll(async () => {
    python = await pythonTool([...metaflow, ...mypy, ...pytest, ...ruff]);
    folder = makeTemporaryFolder('argo');
    const platform = makePlatform('cloudSql', 'workloads', 'kubernetes', 'metaflow', 'pipelines');
    for (const { path, text } of metaflowTarget.emit(platform, { specText: '' })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await writeFile(join(folder, 'platform.yaml'), 'name: test\n');
    const config = await readFile(join(folder, 'configs/metaflow_gcp.yaml'), 'utf8');
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      METAFLOW_USER: 'test',
      ...Object.fromEntries(
        config
          .trim()
          .split('\n')
          .map((line) => line.split(/=(.*)/s).slice(0, 2)),
      ),
      ...(await startGoogle()),
    };
    const flow = ['metaflow_flows/sentinel2_ingestion_flow.py', 'argo-workflows', 'create'];
    const args = [...flow, '--max-workers', '3', '--only-json'];
    const { code, stdout, stderr } = await runProcess(python.python, args, { cwd: folder, env, timeout: 120_000 });
    if (code !== 0) throw new Error(stdout + stderr);
    template = JSON.parse(stdout.slice(stdout.indexOf('{')));
  }, 900_000);

  /** Cloud Storage, and the metadata server that Google's client library takes its token from. */
  async function startGoogle(): Promise<Readonly<Record<string, string>>> {
    const storage = await startFakeGcs('acme-earth-metaflow');
    const { server, host } = await startMetadataServer('test@acme-earth.iam.gserviceaccount.com', makeTokens());
    stops.push(() => server.close());
    return { STORAGE_EMULATOR_HOST: storage, GCE_METADATA_HOST: host, GCE_METADATA_IP: host };
  }

  const tasksOf = (found: unknown) =>
    (at(found, 'spec', 'templates') as readonly Template[]).filter(({ name }) =>
      ['start', 'download-items', 'join', 'write-to-db', 'end'].includes(name),
    );

  test("has pods that the admission policy takes for Metaflow's, of the workload's service account", () => {
    expect(at(template, 'metadata', 'namespace')).toBe('flows');
    expect(at(template, 'spec', 'podMetadata', 'labels')).toMatchObject({ 'app.kubernetes.io/name': 'metaflow-task' });
    const tasks = tasksOf(template);
    expect(tasks).toHaveLength(5);
    expect(new Set(tasks.map(({ serviceAccountName }) => serviceAccountName))).toEqual(new Set(['task-runner']));
  });

  test('asks for what the environment says, and ends what hangs', () => {
    for (const { name, container, activeDeadlineSeconds } of tasksOf(template)) {
      expect(container?.resources).toMatchObject({
        requests: { cpu: '1', memory: '2048M', 'ephemeral-storage': '4096M' },
      });
      expect([name, (activeDeadlineSeconds ?? 0) > 0]).toEqual([name, true]);
    }
  });

  test('runs so many shards at once as it is told, and what is not given stays so', async () => {
    expect(at(template, 'spec', 'parallelism')).toBe(3);
    const values = at(template, 'spec', 'arguments', 'parameters') as { name: string; value: string }[];
    const given = Object.fromEntries(values.map(({ name, value }) => [name, value]));
    expect(given).toMatchObject({
      pipeline: '"sentinel2"',
      datetime: 'null',
      since: 'null',
      limit: 'null',
      shards: 'null',
      reconcile: 'false',
    });

    // As the pod of the first step exports them.
    const start =
      tasksOf(template)
        .find(({ name }) => name === 'start')
        ?.container?.command.at(-1) ?? '';
    const words = [...start.matchAll(/(\w+,[tf]),\{\{=toBase64\(workflow\.parameters\['(\w+)'\]\)\}\}/g)];
    const args = words.map(([, word, name = '']) => `${word},${Buffer.from(given[name] ?? '').toString('base64')}`);
    const exported = join(folder, 'exported');
    const set = ['-m', 'metaflow.plugins.argo.set_parameters', exported, ...args];
    expect(await runProcess(python.python, set, { env: { HOME: folder } })).toMatchObject({ code: 0 });
    const lines = (await readFile(exported, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines).toContain('export METAFLOW_INIT_RECONCILE=false');
    expect(lines).toContain('export METAFLOW_INIT_PIPELINE="sentinel2"');
  });
});
