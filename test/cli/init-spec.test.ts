import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { extendGitignore } from '../../src/cli/init/gitignore.ts';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { gitEnvironment } from '../support/git.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const project = ['--project', 'acme-earth'];
const files = ['--files', 'items/collection.json', 'items/items.ndjson'];

const listAll = (folder: string): readonly string[] => readdirSync(folder, { recursive: true }).map(String).sort();

describe('init with flags', () => {
  test('writes a spec, what git ignores and the schema, and says what to do next', async () => {
    const cwd = makeTemporaryFolder('init');
    const { code, stdout, stderr } = await runCli(['init', 'my maps', ...project, ...files], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`my maps/platform.yaml                   written
my maps/.gitignore                      written
my maps/schema/platform.schema.json     written
my maps/schema/environment.schema.json  written

Next:
  cd 'my maps'
  platform validate  # every mistake at once
  platform compile   # Terraform and all the rest, into generated/
  platform ingest    # into an embedded database, in .platform/default/
`);
    expect(listAll(join(cwd, 'my maps'))).toEqual([
      '.gitignore',
      'platform.yaml',
      'schema',
      'schema/environment.schema.json',
      'schema/platform.schema.json',
    ]);
    expect(readFileSync(join(cwd, 'my maps/platform.yaml'), 'utf8')).toMatch(/\nname: "my-maps"\n/);
  });

  test('as JSON, with the environment and the spec that the next commands need', async () => {
    const cwd = makeTemporaryFolder('init');
    const flags = ['--environments', 'dev', 'prod', '--format', 'json'];
    const env = { PLATFORM_SPEC: 'elsewhere.yaml' };
    const { stdout } = await runCli(['init', ...project, ...flags], { cwd, env });
    expect(JSON.parse(stdout)).toEqual({
      files: ['platform.yaml', '.gitignore', 'schema/platform.schema.json', 'schema/environment.schema.json'].map(
        (file) => ({ file, written: true }),
      ),
      next: [
        'platform validate --spec platform.yaml',
        'platform compile --spec platform.yaml',
        'platform db init --spec platform.yaml --env dev',
      ],
    });
  });

  test('never overwrites a spec, unless it is told to; what is right already stays', async () => {
    const cwd = makeTemporaryFolder('init');
    const init = (...args: string[]) => runCli(['init', ...project, ...args], { cwd });
    await init();
    const spec = join(cwd, 'platform.yaml');
    writeFileSync(spec, 'mine');
    expect(await init()).toMatchObject({
      code: 2,
      stderr: 'platform: platform.yaml is there already\n  → to write it anew: platform init --force\n',
    });
    expect(readFileSync(spec, 'utf8')).toBe('mine');
    const again = await init('--force', '--name', 'other', '--format', 'json');
    expect(JSON.parse(again.stdout).files.map(({ written }: { written: boolean }) => written)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(readFileSync(spec, 'utf8')).toContain('\nname: "other"\n');
    const below = makeTemporaryFolder('init');
    mkdirSync(join(below, 'spec'));
    writeFileSync(join(below, 'spec/platform.yaml'), 'mine');
    const { code, stderr } = await runCli(['init', ...project], { cwd: below });
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'platform: spec/platform.yaml is there already']);
  });

  test.each<[string, readonly string[], string]>([
    ['nobody to ask', [], 'there is nobody to ask, and one thing cannot be guessed: --project'],
    ['a flag in vain', [...project, '--bbox', '1,2,3,4'], '--bbox is for --api'],
    ['another one', [...project, '--zone', 'europe-west1-b'], '--zone is for --hosting virtualMachines'],
    [
      'a spec to write',
      ['--spec', 'x.yaml', ...project],
      '--spec names the spec of a workflow: it goes with --ci alone',
    ],
  ])('refuses %s', async (_name, flags, message) => {
    const cwd = makeTemporaryFolder('init');
    const { code, stderr } = await runCli(['init', ...flags], { cwd });
    expect([code, stderr.split('\n')[0], listAll(cwd)]).toEqual([2, `platform: ${message}`, []]);
  });

  test('refuses what validate would refuse, with its words and all at once', async () => {
    const cwd = makeTemporaryFolder('init');
    const flags = ['--project', 'acme-earth', '--region', 'Europe', '--api', 'https://x.example', '--bbox', '1,2,x,4'];
    const { code, stderr } = await runCli(['init', ...flags], { cwd });
    expect([code, listAll(cwd)]).toEqual([2, []]);
    expect(stderr.split('\n')[0]).toBe('nothing was written: platform.yaml would have mistakes');
    expect(stderr).toContain('gcp.region cannot be "Europe"');
    expect(stderr).toContain('pipelines.items.source.stacApi.collections is empty');
    expect(stderr).toContain('pipelines.items.source.stacApi.bbox.2 is text, not a number');
  });

  test('leaves nothing behind where one of the files cannot be written', async () => {
    const cwd = makeTemporaryFolder('init');
    writeFileSync(join(cwd, 'schema'), 'a file where the schema goes');
    const { code, stderr } = await runCli(['init', ...project], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot (read|write) schema\/platform\.schema\.json/)]);
    expect(listAll(cwd)).toEqual(['schema']);
    mkdirSync(join(cwd, 'maps/.gitignore'), { recursive: true });
    const other = await runCli(['init', 'maps', ...project], { cwd });
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('cannot read maps/.gitignore')]);
    expect(listAll(join(cwd, 'maps'))).toEqual(['.gitignore']);
  });
});

describe('the first line, for editors', () => {
  const readReference = (folder: string): string => {
    const [first = ''] = readFileSync(join(folder, 'platform.yaml'), 'utf8').split('\n');
    const [, reference = ''] = /^# yaml-language-server: \$schema=(.+)$/.exec(first) ?? [];
    expect(JSON.parse(readFileSync(resolve(folder, reference), 'utf8'))).toHaveProperty('title');
    // What it refers to has to be beside it.
    expect(existsSync(resolve(folder, dirname(reference), 'environment.schema.json'))).toBe(true);
    return reference;
  };

  test('leads to the schema of the installed package, else to a copy', async () => {
    const cwd = makeTemporaryFolder('editors');
    await runCli(['init', 'alone', ...project], { cwd });
    expect(readReference(join(cwd, 'alone'))).toBe('./schema/platform.schema.json');
    mkdirSync(join(cwd, 'node_modules'));
    symlinkSync(projectRoot, join(cwd, 'node_modules/platform'));
    await runCli(['init', 'maps', ...project], { cwd });
    expect(readReference(join(cwd, 'maps'))).toBe('../node_modules/platform/schema/platform.schema.json');
    expect(listAll(join(cwd, 'maps'))).toEqual(['.gitignore', 'platform.yaml']);
    // In a clone the schema is the clone's.
    const clone = makeTemporaryFolder('clone');
    writeFileSync(join(clone, 'package.json'), '{ "name": "platform" }');
    cpSync(join(projectRoot, 'schema'), join(clone, 'schema'), { recursive: true });
    await runCli(['init', 'a/b', ...project], { cwd: clone });
    expect(readReference(join(clone, 'a/b'))).toBe('../../schema/platform.schema.json');
  });
});

describe('.gitignore', () => {
  test('gets what it lacks, once, and keeps what it has', () => {
    const own = extendGitignore(null);
    expect(own).toContain('\n.platform/\n');
    expect(extendGitignore(own)).toBe(own);
    const mixed = extendGitignore('node_modules\n/.platform\n*.tfstate');
    expect(mixed).toMatch(/^node_modules\n\/\.platform\n\*\.tfstate\n\n# Terraform/);
    expect(mixed).not.toContain('\n.platform/\n');
    expect(extendGitignore(mixed)).toBe(mixed);
  });

  test('keeps CRLF', () => {
    const text = extendGitignore('dist\r\n');
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(extendGitignore(text)).toBe(text);
  });

  test('git then ignores the embedded databases and the state, and not the spec', async () => {
    const cwd = makeTemporaryFolder('ignored');
    await runCli(['init', ...project], { cwd });
    const env = { ...cleanEnvironment(), ...gitEnvironment };
    await runOrThrow('git', ['init', '--quiet'], { cwd, env });
    const asked = ['.platform/dev/data', 'generated/dev/terraform/terraform.tfstate.backup', 'platform.yaml'];
    const { stdout } = await runProcess('git', ['check-ignore', ...asked], { cwd, env });
    expect(stdout.trimEnd().split('\n')).toEqual(asked.slice(0, 2));
  });
});

describe('init --ci github where there is no spec yet', () => {
  test('writes both, or neither', async () => {
    const cwd = makeTemporaryFolder('both');
    const env = { ...cleanEnvironment(), ...gitEnvironment };
    const init = (...args: string[]) => runCli(['init', '--ci', 'github', ...project, ...args], { cwd });
    expect((await init()).stderr).toContain('platform.yaml is in no git repository');
    await runOrThrow('git', ['init', '--quiet'], { cwd, env });
    expect((await init()).stderr).toContain('no package.json here brings platform');
    expect(listAll(cwd).filter((path) => !path.startsWith('.git'))).toEqual([]);
    writeFileSync(join(cwd, 'package.json'), '{ "devDependencies": { "platform": "github:acme/platform" } }');
    const { code, stdout } = await init('--format', 'json');
    expect([code, JSON.parse(stdout).files.at(-1)]).toEqual([
      0,
      { file: '.github/workflows/platform.yaml', written: true },
    ]);
    expect(readFileSync(join(cwd, '.github/workflows/platform.yaml'), 'utf8')).toContain('SPEC: "platform.yaml"');
  });
});

describeWith(['python'], 'the commands that init ends with', () => {
  test('run as they are printed, into an embedded database', async () => {
    const cwd = makeTemporaryFolder('next');
    const { stdout } = await runCli(['init', 'maps', ...project, ...files, '--environments', 'dev', 'prod'], { cwd });
    const lines = stdout.split('Next:\n')[1]?.trimEnd() ?? '';
    cpSync(join(projectRoot, 'examples/02-virtual-machines/items'), join(cwd, 'maps/items'), { recursive: true });
    const main = join(projectRoot, 'dist/cli/main.js');
    const script = `set -e\nplatform() { '${process.execPath}' '${main}' "$@"; }\n${lines}`;
    const { code, stdout: said, stderr } = await runProcess('sh', ['-c', script], { cwd, env: cleanEnvironment() });
    expect([code, stderr]).toEqual([0, expect.stringContaining(join(cwd, 'maps/.platform/dev'))]);
    expect(said).toContain('platform.yaml is valid: environments dev, prod\n');
    expect(said).toContain('generated/prod  ');
    expect(said).toMatch(/items +48\b/);
    const doctor = await runCli(['doctor', '--env', 'dev'], { cwd: join(cwd, 'maps') });
    expect([doctor.code, doctor.stdout]).toEqual([0, expect.stringMatching(/ok +embedded database +\S+ is ready\n/)]);
  }, 120_000);
});
