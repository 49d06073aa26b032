import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { metaflowTarget } from '../../src/emit/metaflow.ts';
import type { Platform } from '../../src/model/platform.ts';
import { findProgram } from '../support/programs.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makePlatform } from './metaflow.fixture.ts';

const config = 'configs/metaflow_gcp.yaml';
const shells = ['sh', 'bash', 'dash', 'zsh'].filter((shell) => findProgram(shell) !== null);

function emit(platform: Platform): ReadonlyMap<string, string> {
  return new Map(metaflowTarget.emit(platform, { specText: '' }).map(({ path, text }) => [path, text]));
}

/** What `export $(cat FILE | xargs)` adds to a shell's environment. */
async function exportIn(shell: string, text: string): Promise<Readonly<Record<string, string>>> {
  const folder = makeTemporaryFolder('env');
  await writeFile(join(folder, 'f'), text);
  const script = 'printenv -0; printf "#\\0"; export $(cat f | xargs) > /dev/null; printenv -0; true';
  const { stdout } = await runOrThrow(shell, ['-c', script], { cwd: folder, env: { PATH: process.env['PATH'] } });
  const [before = [], after = []] = stdout.split('#\0').map((part) => part.split('\0').filter((line) => line !== ''));
  const added = after.filter((line) => !before.includes(line)).map((line) => line.split(/=(.*)/s));
  return Object.fromEntries(added);
}

const dsns = {
  INGEST_DB_DSN: 'postgresql://sentinel2-task%40acme-earth.iam@127.0.0.1:6543/ingest?sslmode=disable',
  PGSTAC_URI: 'postgresql://sentinel2-task%40acme-earth.iam@127.0.0.1:6543/pgstac?sslmode=disable',
};
const metaflow = {
  METAFLOW_DATASTORE_SYSROOT_GS: 'gs://acme-earth-metaflow/a',
  METAFLOW_DEFAULT_DATASTORE: 'gs',
  METAFLOW_DEFAULT_METADATA: 'local',
};

describe.each(shells)('what %s has of the configuration', (shell) => {
  const read = (platform: Platform) => exportIn(shell, emit(platform).get(config) ?? 'missing');

  test('with everything in the spec', async () => {
    const platform = makePlatform('cloudSql', 'workloads', 'kubernetes', 'metaflowService', 'pipelines');
    expect(await read(platform)).toEqual({
      ...dsns,
      ...metaflow,
      METAFLOW_DEFAULT_METADATA: 'service',
      METAFLOW_SERVICE_URL: 'https://metaflow.acme.example:8080/api',
      METAFLOW_SERVICE_INTERNAL_URL: 'https://metaflow.acme.example:8080/api',
      METAFLOW_KUBERNETES_CONTAINER_IMAGE: 'example.org/runner:1.0.0',
      METAFLOW_KUBERNETES_DISK: '4096',
      METAFLOW_KUBERNETES_MEMORY: '2048',
      METAFLOW_KUBERNETES_NAMESPACE: 'flows',
      METAFLOW_KUBERNETES_SERVICE_ACCOUNT: 'task-runner',
    });
  });

  test('without a cluster', async () => {
    const platform = makePlatform('cloudSql', 'workloads', 'metaflow');
    const port = (dsn: string) => dsn.replace(':6543/', ':5432/');
    expect(await read(platform)).toEqual({
      ...metaflow,
      INGEST_DB_DSN: port(dsns.INGEST_DB_DSN),
      PGSTAC_URI: port(dsns.PGSTAC_URI),
    });
  });

  test('without Metaflow: the DSNs of the first workload that may load', async () => {
    expect(await read(makePlatform('cloudSql', 'workloads', 'kubernetes'))).toEqual(dsns);
  });

  test('on virtual machines', async () => {
    const { INGEST_DB_DSN, PGSTAC_URI } = await read(makePlatform('virtualMachines', 'task', 'metaflow'));
    expect(INGEST_DB_DSN).toMatch(/^postgresql:\/\/ingest_user@[^@]*ingest-postgres[^@]*:5432\/ingest\?/);
    expect(PGSTAC_URI).toMatch(/^postgresql:\/\/pgstac_user@[^@]*pgstac-postgres[^@]*:5432\/pgstac\?/);
  });

  test('without anyone who could log in', async () => {
    expect(await read(makePlatform('cloudSql'))).toEqual({});
  });
});

describe('what the flows give the command in a pod', () => {
  const emptyLine = 'POD_VARIABLES: dict[str, str] = {}';
  const read = (platform: Platform) => emit(platform).get('metaflow_flows/platform_environment.py') ?? 'missing';

  test('are the DSNs where the operator adds the proxy, since it sets no variable', () => {
    const text = read(makePlatform('cloudSql', 'workloads', 'kubernetesByOperator', 'metaflow', 'pipelines'));
    for (const [name, dsn] of Object.entries(dsns)) expect(text).toContain(`    "${name}": "${dsn}",\n`);
  });

  test('are the DSNs of virtual machines, where nothing changes the pods', () => {
    const text = read(makePlatform('virtualMachines', 'task', 'kubernetes', 'metaflow', 'pipelines'));
    expect(text).toMatch(/"INGEST_DB_DSN": "postgresql:\/\/ingest_user@ingest-postgres[^"]*\?sslmode=verify-full",\n/);
    expect(text).toMatch(/"PGSTAC_URI": "postgresql:\/\/pgstac_user@pgstac-postgres[^"]*\?sslmode=verify-full",\n/);
  });

  test('are none where the admission policy sets them, and without a cluster', () => {
    expect(read(makePlatform('cloudSql', 'workloads', 'kubernetes', 'metaflow', 'pipelines'))).toContain(emptyLine);
    expect(read(makePlatform('cloudSql', 'workloads', 'metaflow', 'pipelines'))).toContain(emptyLine);
    expect(read(makePlatform('cloudSql', 'pipelines'))).toContain(emptyLine);
  });
});

describe('the files', () => {
  test('are a flow for each pipeline, what the flows share, and the checks', () => {
    expect([...emit(makePlatform('cloudSql', 'pipelines')).keys()].sort()).toEqual([
      config,
      'main.py',
      'metaflow_flows/a_name_of_thirty_characters_xx_ingestion_flow.py',
      'metaflow_flows/none_ingestion_flow.py',
      'metaflow_flows/platform_card.py',
      'metaflow_flows/platform_environment.py',
      'metaflow_flows/platform_runner.py',
      'metaflow_flows/sentinel2_ingestion_flow.py',
      'tests/test_environment.py',
      'tests/test_flows.py',
      'tests/test_platform_card.py',
      'tests/test_platform_runner.py',
    ]);
  });

  test('without pipelines hold no flow', () => {
    expect([...emit(makePlatform('cloudSql')).keys()].sort()).toEqual([config, 'main.py', 'tests/test_environment.py']);
  });

  test('end in one newline and have no carriage return', () => {
    for (const platform of [makePlatform('cloudSql'), makePlatform('virtualMachines', 'task', 'pipelines')]) {
      for (const text of emit(platform).values()) expect(text).toMatch(/^[^\r]*\n$/);
    }
  });
});
