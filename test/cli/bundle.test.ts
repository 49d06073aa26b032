import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { type Loaded, makeProbe } from '../support/probe.ts';
import { projectRoot } from '../support/root.ts';
import { type RunResult, runOrThrow } from '../support/run.ts';
import { copySample } from '../support/smoke.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const dist = join(projectRoot, 'dist/cli');

async function watch(cwd: string, args: readonly string[]): Promise<RunResult & Loaded> {
  const probe = makeProbe();
  const result = await runCli(args, { cwd, env: probe.env });
  return { ...result, ...probe.read() };
}

/** Every file below a folder with its text. */
function readTree(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

describe('what a command loads', () => {
  test('of a spec without a mistake: the small bundle, and no package', async () => {
    const folder = await copySample(projectRoot);
    for (const command of ['validate', 'compile'])
      expect(await watch(folder, [command])).toMatchObject({ code: 0, whole: false, packages: [] });
  });

  test('of arguments that commander has to read: no reader of all YAML, no schema compiler, no driver', async () => {
    const folder = await copySample(projectRoot);
    for (const command of ['validate', 'compile'])
      expect(await watch(folder, [command, '--format=pretty'])).toMatchObject({
        code: 0,
        whole: true,
        packages: ['commander'],
      });
  });

  test('of one with a mistake: what explains it', async () => {
    const folder = await copySample(projectRoot);
    const spec = join(folder, 'spec/platform.yaml');
    writeFileSync(spec, readFileSync(spec, 'utf8').replace('\nhosting:', '\nhostign:'));
    const { code, packages } = await watch(folder, ['validate']);
    expect(code).toBe(2);
    expect(packages).toContain('ajv');
    writeFileSync(spec, 'a: [');
    expect((await watch(folder, ['validate'])).packages).toContain('yaml');
  });
});

describe('the small bundle', () => {
  const mistake = (text: string) => text.replace('\nhosting:', '\nhostign:');
  const warning = (text: string) => text.replace('flags: { ', 'flags: { pgaudit.logs: all, ');
  const secret = (text: string) => `${text}# postgres://admin:hunter22@db.example/x\n`;

  test.each([
    ['a first compile', [], 'compile', (text: string) => text],
    ['a check of what is not there', [], 'compile --check', (text: string) => text],
    ['a spec with a mistake', [], 'compile', mistake],
    ['a mistake, as JSON', [], 'validate --format json', mistake],
    ['a spec with a warning', [], 'compile', warning],
    ['a secret in a comment', [], 'validate', secret],
    ['YAML that is not plain', [], 'validate', (text: string) => text.replace('name: ', 'name: !!str ')],
    ['no spec', [], 'compile nowhere.yaml', (text: string) => text],
    ['an unknown environment', [], 'validate --env prd', (text: string) => text],
    ['a file where a folder has to be', ['generated'], 'compile', (text: string) => text],
    ['a file that is not ours', ['generated/default/README.md'], 'compile', (text: string) => text],
  ])(
    'says and writes what the whole program does: %s',
    async (_, files, words, change) => {
      const run = async (more: readonly string[]) => {
        const folder = await copySample(projectRoot);
        const spec = join(folder, 'spec/platform.yaml');
        writeFileSync(spec, change(readFileSync(spec, 'utf8')));
        for (const file of files) {
          mkdirSync(dirname(join(folder, file)), { recursive: true });
          writeFileSync(join(folder, file), 'mine\n');
        }
        const { whole, bundle, packages, ...result } = await watch(folder, [...words.split(' '), ...more]);
        return { whole, seen: { ...result, files: readTree(folder) } };
      };
      const [quick, whole] = [
        await run([]),
        await run(words.includes('--format') ? ['--spec=spec/platform.yaml'] : ['--format=pretty']),
      ];
      expect(whole.whole).toBe(true);
      expect(quick.seen).toEqual(whole.seen);
    },
    30_000,
  );
});

describe('the bundle', () => {
  test('has the same bytes when it is built again, and they are those of dist', async () => {
    const program = `
      import { bundleCommand } from ${JSON.stringify(join(projectRoot, 'scripts/bundle.mjs'))};
      console.log(JSON.stringify(await bundleCommand()));`;
    const build = () => runOrThrow(process.execPath, ['--input-type=module', '--eval', program], { cwd: projectRoot });
    const [first, second] = [await build(), await build()];
    expect(first.stdout).toBe(second.stdout);
    for (const [name, text] of Object.entries(JSON.parse(first.stdout)))
      expect(readFileSync(join(dist, name), 'utf8') === text).toBe(true);
  }, 60_000);

  test("runs without the code that V8 kept, keeps it after a compile, and never takes another build's", async () => {
    const copy = join(makeTemporaryFolder('bundle'), 'cli');
    cpSync(dist, copy, { recursive: true, filter: (path) => !path.endsWith('.code') });
    const folder = await copySample(projectRoot);
    const program = join(copy, 'main.js');
    const listKept = () => readdirSync(copy).filter((name) => name.endsWith('.code'));
    expect(await runCli(['validate'], { program, cwd: folder })).toMatchObject({ code: 0 });
    expect(listKept()).toEqual([]);
    expect(await runCli(['compile'], { program, cwd: folder })).toMatchObject({ code: 0 });
    const [kept = ''] = listKept();
    const build = /"([0-9a-f]{64})"/.exec(readFileSync(program, 'utf8'))?.[1] ?? '';
    expect(kept).toContain(build.slice(0, 16));
    // Of another V8, or spoilt: V8 refuses it, and the command runs as if there were none.
    writeFileSync(join(copy, kept), 'not code');
    expect(await runCli(['compile', '--check'], { program, cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  }, 60_000);
});
