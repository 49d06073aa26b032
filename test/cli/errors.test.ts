import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { makeProject, sample } from './sample-project.ts';

describe('--format json of a command that ends early', () => {
  test('message and hint on stdout, the words on stderr', async () => {
    const { code, stdout, stderr } = await runCli(['validate', '--env', 'prod', '--format', 'json'], {
      cwd: makeProject(),
    });
    expect([code, stderr]).toEqual([2, 'platform: the spec has no environment "prod"\n  → it has default\n']);
    expect(JSON.parse(stdout)).toEqual({
      error: { message: 'the spec has no environment "prod"', hint: 'it has default' },
    });
  });

  test('no hint where there is none', async () => {
    const { code, stdout } = await runCli(['validate', 'nowhere.yaml', '--format=json'], { cwd: makeProject() });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { message: 'cannot read nowhere.yaml: there is no such file' },
    });
  });
});

test('compile says that the lock is what is broken, and --force mends it', async () => {
  const folder = makeProject();
  await runCli(['compile'], { cwd: folder });
  writeFileSync(join(folder, 'generated/default/platform.lock.json'), '{');
  writeFileSync(join(folder, 'spec/platform.yaml'), sample.replace('db-custom-4-16384', 'db-custom-2-7680'));
  const { code, stdout, stderr } = await runCli(['compile'], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout).toContain('  not known to be ours  generated/default/');
  expect(stdout).not.toContain('not written by platform');
  expect(stderr).toBe(
    [
      'generated/default/platform.lock.json cannot be read (a merge conflict?): nothing tells our files from yours',
      'Nothing was written over what is not ours. To overwrite: platform compile spec/platform.yaml --force',
      '',
    ].join('\n'),
  );
  expect((await runCli(['compile', '--force'], { cwd: folder })).code).toBe(0);
  expect((await runCli(['compile', '--check'], { cwd: folder })).code).toBe(0);
});

describe('compile, where something is in the way', () => {
  const inTheWay = async (args: readonly string[], prepare: (folder: string) => void) => {
    const folder = makeProject();
    prepare(folder);
    const { code, stdout, stderr } = await runCli(['compile', ...args], { cwd: folder });
    return { code, stdout, first: stderr.split('\n')[0] };
  };
  const end = (path: string, reason: string) => ({
    code: 2,
    stdout: '',
    first: `platform: cannot use ${path}: ${reason}`,
  });

  const noFolder = 'a file, or a link that leads nowhere, stands where a folder has to be';

  test('a file instead of the folder', async () => {
    const made = (name: string) => (folder: string) => writeFileSync(join(folder, name), 'mine');
    expect(await inTheWay([], made('generated'))).toEqual(end('generated/default', noFolder));
    expect(await inTheWay(['--out', 'out'], made('out'))).toEqual(end('out/default', noFolder));
  });

  test('a link that leads nowhere', async () => {
    const link = (folder: string) => symlinkSync(join(folder, 'nowhere'), join(folder, 'generated'));
    expect(await inTheWay([], link)).toEqual(end('generated/default', noFolder));
  });

  test.each([[[]], [['--check']]])('a folder instead of a file %j', async (args) => {
    const made = (folder: string) => void mkdirSync(join(folder, 'generated/default/main.py'), { recursive: true });
    expect(await inTheWay(args, made)).toEqual(
      end('generated/default/main.py', 'a folder stands where a file has to be'),
    );
  });
});
