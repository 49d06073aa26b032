import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { makeProbe } from '../support/probe.ts';
import { projectRoot } from '../support/root.ts';
import type { RunResult } from '../support/run.ts';
import { copySample } from '../support/smoke.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

type Watched = RunResult & { readonly quick: boolean };

/** Runs the command and says whether it answered from the stamp. */
async function run(cwd: string, args: readonly string[], program?: string): Promise<Watched> {
  const probe = makeProbe();
  const result = await runCli(args, { cwd, env: probe.env, ...(program === undefined ? {} : { program }) });
  return { ...result, quick: !probe.read().bundle };
}

/** The same by the whole compile: without a stamp nothing is quick. */
async function runSlowly(cwd: string, args: readonly string[]): Promise<RunResult> {
  rmSync(join(cwd, stampFile), { force: true });
  const { quick, ...result } = await run(cwd, args);
  expect(quick).toBe(false);
  return result;
}

const stampFile = '.platform/unchanged.stamp';

/** A project that has been compiled, and once more: what is as it was for a moment has a stamp. */
async function makeProject(args: readonly string[] = []): Promise<string> {
  const folder = await copySample(projectRoot);
  await runCli(['compile', ...args], { cwd: folder });
  await settle(folder, args);
  return folder;
}

async function settle(folder: string, args: readonly string[] = []): Promise<void> {
  await sleep(100);
  await runCli(['compile', ...args], { cwd: folder });
}

const artifact = 'generated/default/sql/ingest-2-log.sql';

/** How many files the sample compiles to: those its lock lists, and the lock. */
const lock = readFileSync(join(projectRoot, 'generated/default/platform.lock.json'), 'utf8');
const artifacts = (JSON.parse(lock) as { readonly files: readonly unknown[] }).files.length + 1;

describe('a compile that has nothing to do', () => {
  test('is quick, and says what the whole compile says', async () => {
    const folder = await makeProject();
    const forms = [
      ['--check'],
      ['--force'],
      ['--format', 'json'],
      ['--check', '--format', 'json'],
      ['spec/platform.yaml'],
    ];
    for (const form of [[], ...forms]) {
      const { quick, ...result } = await run(folder, ['compile', ...form]);
      expect([form, quick]).toEqual([form, true]);
      expect(result).toEqual(await runSlowly(folder, ['compile', ...form]));
      await settle(folder);
    }
    mkdirSync(join(folder, 'notes'));
    const below = await run(join(folder, 'notes'), ['compile', '--check']);
    expect(below).toEqual({
      code: 0,
      stdout: `../generated/default  ${artifacts} unchanged\n`,
      stderr: '',
      quick: true,
    });
  });

  test('leaves its stamp where git does not see it, and --check leaves none', async () => {
    const folder = await copySample(projectRoot);
    await runCli(['compile'], { cwd: folder });
    await sleep(100);
    await runCli(['compile', '--check'], { cwd: folder });
    expect(existsSync(join(folder, '.platform'))).toBe(false);
    await runCli(['compile'], { cwd: folder });
    expect(readFileSync(join(folder, '.platform/.gitignore'), 'utf8')).toBe('*\n');
  });

  test.each([
    ['validate'],
    ['compile', '--help'],
    ['compile', '--out=generated'],
    ['compile', '--nonsense'],
    ['compile', '--env'],
    ['compile', '--check', '--check'],
    ['compile', '--format', 'github'],
    ['compile', '--target', 'sql'],
    ['compile', 'spec/platform.yaml', 'another.yaml'],
    ['compile', '--', 'spec/platform.yaml'],
  ])('leaves to the whole program: %s %s %s', async (...args) => {
    const words = args.filter((word) => word !== undefined);
    expect((await run(await project, words)).quick).toBe(false);
  });
});

let project: Promise<string>;
beforeAll(() => {
  project = makeProject();
});

describe('is not quick, and right, after', () => {
  const changes: Record<string, (folder: string) => unknown> = {
    'the spec was touched': (folder) => utimesSync(join(folder, 'spec/platform.yaml'), 1, 1),
    'the spec was changed': (folder) => edit(join(folder, 'spec/platform.yaml'), (text) => `${text}# more\n`),
    'an artifact was edited': (folder) => edit(join(folder, artifact), (text) => `${text}-- more\n`),
    'an artifact was deleted': (folder) => rmSync(join(folder, artifact)),
    'an artifact was replaced, of the same size and time': (folder) => {
      const { atime, mtime } = statSync(join(folder, artifact));
      edit(join(folder, artifact), (text) => text.replace(/e/g, 'a'));
      utimesSync(join(folder, artifact), atime, mtime);
    },
    'an artifact became a link': (folder) => {
      renameSync(join(folder, artifact), join(folder, 'elsewhere'));
      symlinkSync(join(folder, 'elsewhere'), join(folder, artifact));
    },
    'a folder became a link': (folder) => {
      renameSync(join(folder, 'generated/default/terraform/kubernetes'), join(folder, 'elsewhere'));
      symlinkSync(join(folder, 'elsewhere'), join(folder, 'generated/default/terraform/kubernetes'));
    },
    'rights were changed': (folder) => chmodSync(join(folder, artifact), 0o600),
    'a former environment came back': (folder) =>
      cpSync(join(folder, 'generated/default'), join(folder, 'generated/former'), { recursive: true }),
    'a compile was killed': (folder) => mkdirSync(join(folder, 'generated/default/.platform-write')),
    'the lock was edited': (folder) => edit(join(folder, 'generated/default/platform.lock.json'), () => '{}\n'),
    "a file of one's own came": (folder) => writeFileSync(join(folder, 'generated/default/notes.md'), 'mine\n'),
  };
  const quietly = new Set(['the spec was touched']);

  test.each(Object.keys(changes))('%s', async (name) => {
    const folder = await makeProject();
    await changes[name]?.(folder);
    const { quick, ...result } = await run(folder, ['compile', '--check']);
    expect([name, quick]).toEqual([name, quietly.has(name)]);
    expect(result).toEqual(await runSlowly(folder, ['compile', '--check']));
  });

  test('another --out, --env or spec was asked for', async () => {
    const folder = await project;
    cpSync(join(folder, 'spec/platform.yaml'), join(folder, 'spec/other.yaml'));
    for (const args of [
      ['--out', 'elsewhere'],
      ['--env', 'default'],
      ['--spec', 'spec/other.yaml'],
    ])
      expect((await run(folder, ['compile', '--check', ...args])).quick).toBe(false);
  });

  test('another compiler was built', async () => {
    const folder = await project;
    const other = join(makeTemporaryFolder('build'), 'cli');
    cpSync(join(projectRoot, 'dist/cli'), other, { recursive: true });
    edit(join(other, 'main.js'), (text) => text.replace(/"[0-9a-f]{64}"/g, `"${'0'.repeat(64)}"`));
    expect((await run(folder, ['compile'], join(other, 'main.js'))).quick).toBe(false);
  });
});

describe('the stamp', () => {
  test('that is cut or altered anywhere changes no answer', async () => {
    const folder = await makeProject();
    rmSync(join(folder, artifact));
    const truth = await runSlowly(folder, ['compile', '--check']);
    await runCli(['compile'], { cwd: folder });
    await settle(folder);
    const whole = readFileSync(join(folder, stampFile));
    rmSync(join(folder, artifact));
    // The artifact's seal is taken out, in words that are JSON; then the stamp is cut short, empty, and a folder.
    const without = Buffer.from(whole.toString('latin1').replace(/,"[^"]*ingest-2-log.sql":\[[^\]]*\]/, ''), 'latin1');
    expect(without.length).toBeLessThan(whole.length);
    for (const bytes of [without, whole.subarray(0, 200), Buffer.alloc(0), null]) {
      rmSync(join(folder, stampFile), { force: true });
      if (bytes === null) mkdirSync(join(folder, stampFile));
      else writeFileSync(join(folder, stampFile), bytes);
      const { quick, ...result } = await run(folder, ['compile', '--check']);
      expect([quick, result]).toEqual([false, truth]);
    }
  });

  test('is not left by a compile that comes right after a change', async () => {
    const folder = await copySample(projectRoot);
    await runCli(['compile'], { cwd: folder });
    expect(existsSync(join(folder, stampFile))).toBe(false);
    await settle(folder);
    expect(existsSync(join(folder, stampFile))).toBe(true);
  });

  test('is of one of two compiles at once, and both are right', async () => {
    const folder = await copySample(projectRoot);
    await runCli(['compile'], { cwd: folder });
    await sleep(100);
    const both = await Promise.all([run(folder, ['compile']), run(folder, ['compile'])]);
    for (const { code, stdout } of both)
      expect([code, stdout]).toEqual([0, `generated/default  ${artifacts} unchanged\n`]);
    expect((await run(folder, ['compile'])).quick).toBe(true);
  });

  test('is missing where the project cannot be written to, and nothing is said of it', async () => {
    const folder = await copySample(projectRoot);
    await runCli(['compile'], { cwd: folder });
    await sleep(100);
    // A file in the folder's place: rights do not stop root.
    writeFileSync(join(folder, '.platform'), '');
    for (let time = 0; time < 2; time++)
      expect(await run(folder, ['compile'])).toEqual({
        code: 0,
        stdout: `generated/default  ${artifacts} unchanged\n`,
        stderr: '',
        quick: false,
      });
  });
});

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
