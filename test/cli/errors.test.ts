import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const sample = readFileSync(join(projectRoot, 'spec/platform.yaml'), 'utf8');

function project(spec = sample): string {
  const folder = makeTemporaryFolder('project');
  mkdirSync(join(folder, 'spec'));
  writeFileSync(join(folder, 'spec/platform.yaml'), spec);
  return folder;
}

describe('--format json of a command that ends early', () => {
  test('message and hint on stdout, the words on stderr', async () => {
    const { code, stdout, stderr } = await runCli(['validate', '--env', 'prod', '--format', 'json'], {
      cwd: project(),
    });
    expect([code, stderr]).toEqual([2, 'platform: the spec has no environment "prod"\n  → it has default\n']);
    expect(JSON.parse(stdout)).toEqual({
      error: { message: 'the spec has no environment "prod"', hint: 'it has default' },
    });
  });

  test('no hint where there is none', async () => {
    const { code, stdout } = await runCli(['validate', 'nowhere.yaml', '--format=json'], { cwd: project() });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { message: 'cannot read nowhere.yaml: there is no such file' },
    });
  });
});
