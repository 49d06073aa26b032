import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

// What is compared: `before` is on the disk, a compile of `after` is killed, then `after` or `another` is compiled.
const before = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8');
/** Most files differ, a flow has another name, an environment is gone, and one is new. */
const after = before
  .replaceAll('europe-west1', 'europe-west4')
  .replaceAll('sentinel2:', 'another:')
  .replace('\n  prod: {}', '\n  next: {}');
const another = after.replaceAll('another:', 'third:');

type Tree = Readonly<Record<string, string>>;

function readTree(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

async function makeProject(spec: string): Promise<string> {
  const folder = makeTemporaryFolder('killed');
  writeFileSync(join(folder, 'platform.yaml'), spec);
  expect(await runCli(['compile'], { cwd: folder })).toMatchObject({ code: 0 });
  for (const path of ['notes.md', 'dev/notes.md']) writeFileSync(join(folder, 'generated', path), 'mine\n');
  return folder;
}

const mine = { 'notes.md': 'mine\n', 'dev/notes.md': 'mine\n' };

async function compileElsewhere(spec: string): Promise<Tree> {
  return readTree(join(await makeProject(spec), 'generated'));
}

/** Kills a compile, and holds what it leaves to what is promised; then compiles `next`. */
async function checkKill(folder: string, kill: () => Promise<void>, trees: Record<'old' | 'new', Tree>): Promise<void> {
  await kill();
  const generated = join(folder, 'generated');
  const left = Object.entries(readTree(generated)).filter(([path]) => !path.includes('/.platform-write/'));
  const torn = left.filter(([path, text]) => text !== trees.old[path] && text !== trees.new[path]);
  expect(torn.map(([path]) => path)).toEqual([]);
  expect(readTree(generated)).toMatchObject(mine);
  const check = await runCli(['compile', '--check'], { cwd: folder });
  expect([0, 1]).toContain(check.code);
  expect(check.stdout).not.toMatch(/refused|edited|not written by/);
}

async function complete(folder: string, spec: string, tree: Tree): Promise<void> {
  writeFileSync(join(folder, 'platform.yaml'), spec);
  expect(await runCli(['compile'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(readTree(join(folder, 'generated'))).toEqual(tree);
  expect(await runCli(['compile', '--check'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
}

describe('a compile that is killed', () => {
  const start = (folder: string, env: Record<string, string>) =>
    runCli(['compile'], {
      cwd: folder,
      env: {
        NODE_OPTIONS: `--import=${pathToFileURL(join(projectRoot, 'test/cli/kill-at.mjs')).href}`,
        PLATFORM_KILL_LOG: join(folder, 'changes.log'),
        ...env,
      },
    });
  const restore = (original: string, folder: string) => {
    for (const path of ['generated', 'changes.log']) rmSync(join(folder, path), { recursive: true, force: true });
    cpSync(join(original, 'generated'), join(folder, 'generated'), { recursive: true });
    writeFileSync(join(folder, 'platform.yaml'), after);
  };

  test('at any of its changes of the disk leaves each file old or new, and the next completes it', async () => {
    const original = await makeProject(before);
    const folder = makeTemporaryFolder('killed');
    const trees = { old: readTree(join(original, 'generated')), new: await compileElsewhere(after) };
    const third = await compileElsewhere(another);
    restore(original, folder);
    expect((await start(folder, {})).code).toBe(0);
    const changes = readFileSync(join(folder, 'changes.log'), 'utf8').trimEnd().split('\n');
    expect(changes.length).toBeGreaterThan(100);
    // PLATFORM_TEST_KILLS=all tries each; otherwise some of each kind, with the last ones, where the lock is moved.
    const every = process.env['PLATFORM_TEST_KILLS'] === 'all' ? 1 : 37;
    const moments = changes.flatMap((_, index) =>
      index % every === 0 || changes.length - index <= 3 ? [index + 1] : [],
    );
    for (const [turn, moment] of moments.entries()) {
      restore(original, folder);
      const kill = async () => expect((await start(folder, { PLATFORM_KILL_AT: `${moment}` })).code).toBe(137);
      await checkKill(folder, kill, trees);
      if (turn % 2 === 0) await complete(folder, after, trees.new);
      else await complete(folder, another, third);
    }
  }, 600_000);

  test('at some time leaves each file old or new, twice over', async () => {
    const original = await makeProject(before);
    const folder = makeTemporaryFolder('killed');
    const trees = { old: readTree(join(original, 'generated')), new: await compileElsewhere(after) };
    restore(original, folder);
    const program = join(projectRoot, 'dist/cli/main.js');
    /** Whether the compile was there to be killed. */
    const compile = async (milliseconds: number): Promise<boolean> => {
      const child = spawn(process.execPath, [program, 'compile'], {
        cwd: folder,
        env: cleanEnvironment(),
        stdio: 'ignore',
      });
      const end = once(child, 'exit');
      await Promise.race([sleep(milliseconds, null, { ref: false }), end]);
      child.kill('SIGKILL');
      const [, signal] = await end;
      return signal === 'SIGKILL';
    };
    const begun = performance.now();
    expect(await compile(60_000)).toBe(false);
    const whole = performance.now() - begun;
    restore(original, folder);
    let killed = 0;
    // Writing is the last of it. Each time begins with what the kills before it left.
    for (const part of [0.4, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]) {
      const kill = async () => {
        if (await compile(whole * part)) killed++;
      };
      await checkKill(folder, kill, trees);
    }
    expect(killed).toBeGreaterThan(0);
    await complete(folder, after, trees.new);
  }, 120_000);
});
