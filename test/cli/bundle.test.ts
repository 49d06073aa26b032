import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

describe('what a command loads', () => {
  test('of a spec without a mistake: no reader of all YAML, no schema compiler, no driver, no embedded database', async () => {
    const folder = await copySample(projectRoot);
    for (const command of ['validate', 'compile'])
      expect(await watch(folder, [command])).toMatchObject({ code: 0, packages: ['commander', 'picocolors'] });
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
