import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import type { RunResult } from '../support/run.ts';
import { nameSecret, startWorld, type World, workload } from './world.fixture.ts';

describeWith(['postgres15', 'namespaces', 'python'], 'the servers of virtual machines', () => {
  let world: World;
  let pod: Readonly<Record<string, string>>;
  beforeAll(async () => {
    world = await startWorld();
    pod = { ...(await world.secretManager.accounts.pod(workload)), ...inPod };
  });
  beforeEach(() => void world.secretManager.calls.splice(0));

  const inPod = { KUBERNETES_SERVICE_HOST: '10.8.0.1', METADATA_SERVER_DETECTION: 'assume-present' };
  const main = join(projectRoot, 'dist/cli/main.js');

  /** With the DSNs of this environment, read as the user guide reads them. */
  const run = (words: readonly string[], env: Readonly<Record<string, string>>): Promise<RunResult> =>
    world.run(
      [
        'bash',
        '-c',
        'export $(cat configs/metaflow_gcp.yaml | xargs) && exec "$@"',
        'bash',
        process.execPath,
        main,
        ...words,
      ],
      env,
    );

  test('a pod reads the secrets of both as its own workload, and everything works', async () => {
    expect(await run(['db', 'status'], pod)).toMatchObject({ code: 0 });
    expect(world.secretManager.calls.map(({ email, name, code }) => [email, name, code]).sort()).toEqual(
      (['ingest', 'pgstac'] as const).flatMap((database) =>
        (['ca', 'password'] as const).map((kind) => [workload, `${nameSecret(database, kind)}/versions/latest`, 0]),
      ),
    );
    const verified = await run(['verify'], pod);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('every check passed') });
  });
});
