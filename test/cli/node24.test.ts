import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { nestJest } from '../support/nested-jest.ts';
import { findNode24 } from '../support/node24.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { copySample, type RunPlatform, smokeMistake, smokePlatform } from '../support/smoke.ts';

describeWith(['python'], 'the command on Node 24', () => {
  let node: string;

  beforeAll(async () => {
    node = await findNode24();
  }, 400_000);

  const platform: RunPlatform = (args, folder) => runCli(args, { node, cwd: folder });

  test('is run by it', async () => {
    expect((await runOrThrow(node, ['--version'])).stdout).toMatch(/^v24\./);
  });

  test('compiles, initialises and ingests the sample', async () => {
    await smokePlatform(platform, await copySample(projectRoot));
  }, 180_000);

  test('says where a mistake is', async () => {
    await smokeMistake(platform, await copySample(projectRoot));
  });

  test("passes the command's own suites", async () => {
    const suites = ['spec-commands', 'errors', 'next-command'].map((name) => `test/cli/${name}.test.ts`);
    const env = { ...process.env, PLATFORM_TEST_NODE: node };
    const { code, stderr } = await runProcess(process.execPath, nestJest(...suites), {
      cwd: projectRoot,
      env,
      timeout: 300_000,
    });
    expect([code, stderr.split('\n').filter((line) => /^Test(s| Suites):/.test(line))]).toEqual([
      0,
      [expect.stringMatching(/ 3 passed, 3 total$/), expect.stringMatching(/^Tests: +\d+ passed, \d+ total$/)],
    ]);
  }, 300_000);

  test('makes the same samples', async () => {
    const made = await runOrThrow(node, [join(projectRoot, 'scripts/make-samples.mjs'), '--check']);
    expect(made).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
