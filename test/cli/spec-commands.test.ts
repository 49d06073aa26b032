import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeProject, sample } from './sample-project.ts';

const bad = sample.replace('availability: regional', 'availability: regionel');

describe('platform validate', () => {
  test('a valid spec', async () => {
    expect(await runCli(['validate'], { cwd: makeProject() })).toMatchObject({
      code: 0,
      stdout: 'spec/platform.yaml is valid: environment default\n',
      stderr: '',
    });
  });

  test('a mistake: place, caret, and what to write instead', async () => {
    const { code, stdout, stderr } = await runCli(['validate'], { cwd: makeProject(bad) });
    const line = bad.split('\n').findIndex((text) => text.includes('regionel')) + 1;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      [
        `spec/platform.yaml:${line}:19 error PF104 hosting.cloudSql.availability cannot be "regionel"`,
        `  ${line} |     availability: regionel`,
        '     |                   ^^^^^^^^',
        '  → did you mean regional?',
        '',
        '1 mistake in the spec; `platform explain PF104` says more',
        '',
      ].join('\n'),
    );
  });

  test('--format json', async () => {
    const { code, stdout } = await runCli(['validate', '--format', 'json'], { cwd: makeProject(bad) });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      diagnostics: [
        {
          code: 'PF104',
          severity: 'error',
          file: 'spec/platform.yaml',
          range: { start: { column: 19 }, end: { column: 27 } },
        },
      ],
    });
  });

  test.each([
    [['validate', 'nowhere.yaml'], 'platform: cannot read nowhere.yaml: there is no such file\n'],
    [['validate', '--env', 'prod'], 'platform: the spec has no environment "prod"\n  → it has default\n'],
    [['validate', '--colour'], "error: unknown option '--colour'\n(add --help for the options)\n"],
    [['valdate'], "error: unknown command 'valdate'\n(Did you mean validate?)\n(add --help for the options)\n"],
  ])('%j exits 2', async (args, stderr) => {
    expect(await runCli(args, { cwd: makeProject() })).toMatchObject({ code: 2, stdout: '', stderr });
  });

  test('no spec anywhere', async () => {
    const { code, stderr } = await runCli(['validate'], { cwd: makeTemporaryFolder() });
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'platform: no platform.yaml or spec/platform.yaml here or in a folder above',
    ]);
  });

  test('the spec is found from a folder below', async () => {
    const folder = makeProject();
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    expect((await runCli(['validate'], { cwd: join(folder, 'a/b') })).stdout).toBe(
      '../../spec/platform.yaml is valid: environment default\n',
    );
  });
});

describe('platform compile', () => {
  test('writes, then has nothing to do, then names what differs', async () => {
    const folder = makeProject();
    const first = await runCli(['compile'], { cwd: folder });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const files = Number(/^generated\/default {2}(\d+) written, 0 unchanged\n$/.exec(first.stdout)?.[1]);
    expect(files).toBeGreaterThan(20);
    expect(await runCli(['compile'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: `generated/default  ${files} unchanged\n`,
    });
    expect(await runCli(['compile', '--check'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: `generated/default  ${files} unchanged\n`,
      stderr: '',
    });

    rmSync(join(folder, 'generated/default/main.py'));
    writeFileSync(join(folder, 'generated/default/README.md'), 'mine\n');
    const check = await runCli(['compile', '--check'], { cwd: folder });
    expect(check).toMatchObject({
      code: 1,
      stdout: `generated/default  1 to write, 1 refused, ${files - 2} unchanged\n  missing         generated/default/main.py\n  edited by hand  generated/default/README.md\n`,
      stderr: 'Nothing was written over what is not ours. To overwrite: platform compile spec/platform.yaml --force\n',
    });
    expect((await runCli(['compile'], { cwd: folder })).code).toBe(1);
    expect(readFileSync(join(folder, 'generated/default/README.md'), 'utf8')).toBe('mine\n');
    expect((await runCli(['compile', '--force'], { cwd: folder })).stdout).toBe(
      `generated/default  2 written, ${files - 2} unchanged\n`,
    );
  });

  test('a stale tree is named with the command that mends it', async () => {
    const folder = makeProject();
    await runCli(['compile'], { cwd: folder });
    writeFileSync(join(folder, 'spec/platform.yaml'), sample.replace('db-custom-4-16384', 'db-custom-2-7680'));
    const { code, stdout, stderr } = await runCli(['compile', '--check'], { cwd: folder });
    expect([code, stderr]).toEqual([1, 'To mend: platform compile spec/platform.yaml\n']);
    expect(stdout).toContain('  stale  generated/default/platform.lock.json\n');
  });

  test('--env compiles and prunes only its own; a full compile removes an environment that is gone', async () => {
    const folder = makeTemporaryFolder('project');
    const example = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8');
    writeFileSync(join(folder, 'platform.yaml'), example);
    await runCli(['compile'], { cwd: folder });
    writeFileSync(join(folder, 'platform.yaml'), example.replace('\n  prod: {}', ''));
    const one = await runCli(['compile', '--env', 'dev'], { cwd: folder });
    expect(one.stdout).toMatch(/^generated\/dev {2}\d+ written, \d+ unchanged\n$/);
    const full = await runCli(['compile', '--format', 'json'], { cwd: folder });
    const prod = JSON.parse(full.stdout).environments.find(
      ({ environment }: { environment: string }) => environment === 'prod',
    );
    expect(prod.removed.length).toBeGreaterThan(20);
    expect((await runCli(['compile', '--check'], { cwd: folder })).code).toBe(0);
  });

  test('an invalid spec writes nothing', async () => {
    const folder = makeProject(bad);
    expect((await runCli(['compile', '--out', 'out'], { cwd: folder })).code).toBe(2);
    expect(() => readFileSync(join(folder, 'out/default/main.py'))).toThrow();
  });
});

describe('what is committed', () => {
  test.each([
    'spec/platform.yaml',
    'examples/01-cloud-sql/platform.yaml',
    'examples/02-virtual-machines/platform.yaml',
    'examples/03-bootstrap-terraform/platform.yaml',
  ])('%s equals what it compiles to', async (spec) => {
    expect(await runCli(['compile', '--check', spec], { cwd: projectRoot })).toMatchObject({ code: 0, stderr: '' });
  });

  test('the same spec gives the same bytes elsewhere', async () => {
    const folder = makeTemporaryFolder('project');
    cpSync(join(projectRoot, 'examples/02-virtual-machines/platform.yaml'), join(folder, 'platform.yaml'));
    await runCli(['compile', '--out', 'elsewhere'], { cwd: folder });
    const lock = 'default/platform.lock.json';
    const committed = readFileSync(join(projectRoot, 'examples/02-virtual-machines/generated', lock), 'utf8');
    expect(readFileSync(join(folder, 'elsewhere', lock), 'utf8')).toBe(committed);
  });
});
