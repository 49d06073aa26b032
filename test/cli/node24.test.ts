import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { findNode24 } from '../support/node24.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
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

  test('makes the same samples', async () => {
    const made = await runOrThrow(node, [join(projectRoot, 'scripts/make-samples.mjs'), '--check']);
    expect(made).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
