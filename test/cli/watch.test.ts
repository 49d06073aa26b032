import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const sample = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8');
const withTier = (tier: string) => sample.replace('db-custom-4-16384', tier);

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface Watching {
  readonly child: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  /** Resolves when the text came so often on either stream. */
  wait(text: string, times?: number): Promise<void>;
}

async function startWatch(folder: string, ...args: string[]): Promise<Watching> {
  const program = join(projectRoot, 'dist/cli/main.js');
  const child = spawn(process.execPath, [program, 'compile', '--watch', ...args], {
    cwd: folder,
    env: cleanEnvironment(),
  });
  started.push(child);
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  const wait = async (text: string, times = 1) => {
    for (let tries = 0; `${said.stdout}\0${said.stderr}`.split(text).length <= times; tries++) {
      if (tries > 400) throw new Error(`no ${JSON.stringify(text)} (${times}×) in\n${said.stdout}\n${said.stderr}`);
      await sleep(50);
    }
  };
  await wait('watching ');
  return { child, said, wait };
}

function makeProject(text = sample): { folder: string; spec: string } {
  const folder = makeTemporaryFolder('watch');
  const spec = join(folder, 'platform.yaml');
  writeFileSync(spec, text);
  return { folder, spec };
}

const instance = (folder: string) => readFileSync(join(folder, 'generated/prod/terraform/instance.tf'), 'utf8');

describe('compile --watch', () => {
  test('compiles at each save, however an editor saves, and ends with 130', async () => {
    const { folder, spec } = makeProject();
    const { child, said, wait } = await startWatch(folder);
    expect(said.stdout).toMatch(/^generated\/dev {2}\d+ written/);
    let saves = 0;
    const tier = (save: number) => `db-custom-${save * 2}-${save * 2 * 4096}`;
    const save = async (how: (text: string) => void) => {
      const text = withTier(tier(saves + 1));
      how(text);
      await wait('generated/prod  ', ++saves + 1);
    };
    const writeAside = (text: string) => writeFileSync(`${spec}.swp`, text);
    await save((text) => writeFileSync(spec, text));
    // VS Code and others with an atomic save: a new file over the old one.
    await save((text) => {
      writeAside(text);
      renameSync(`${spec}.swp`, spec);
    });
    // vim: the old one becomes the backup, the new one is written, the backup goes.
    await save((text) => {
      renameSync(spec, `${spec}~`);
      writeFileSync(spec, text);
      rmSync(`${spec}~`);
    });
    rmSync(spec);
    await wait('platform.yaml is gone: waiting for it\n');
    await save((text) => writeFileSync(spec, text));
    // In pieces, as a slow disk or a big file has it.
    await save((text) => {
      writeFileSync(spec, '');
      for (const line of text.split(/(?<=\n)/)) appendFileSync(spec, line);
    });
    await sleep(700);
    expect(said.stdout.split('generated/prod  ').length - 1).toBe(saves + 1);
    expect(said.stderr).not.toContain('mistake');
    expect(instance(folder) + readFileSync(join(folder, 'generated/prod/terraform/variables.tf'), 'utf8')).toContain(
      tier(saves),
    );
    const end = once(child, 'exit');
    child.kill('SIGINT');
    expect(await end).toEqual([130, null]);
  }, 120_000);

  test('shows mistakes and goes on; a save that changes nothing compiles nothing', async () => {
    const { folder, spec } = makeProject();
    const { said, wait } = await startWatch(folder, '--env', 'dev', '--target', 'sql', '--out', 'made here');
    expect(said.stdout).toMatch(/^made here\/dev {2}\d+ written, 0 unchanged\n$/);
    writeFileSync(spec, sample.replace('tier:', 'tire:'));
    await wait('PF1');
    expect(said.stderr).toContain('did you mean tier?');
    writeFileSync(spec, sample);
    await wait('made here/dev  ', 2);
    writeFileSync(spec, sample);
    writeFileSync(join(folder, 'notes.md'), 'a neighbour');
    await sleep(700);
    expect(said.stdout.split('made here/dev  ').length - 1).toBe(2);
  }, 60_000);

  test('finds the spec again where its folder was replaced, and where a link leads to it', async () => {
    const { folder } = makeProject();
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real/it.yaml'), sample);
    mkdirSync(join(folder, 'spec'));
    symlinkSync('../real/it.yaml', join(folder, 'spec/platform.yaml'));
    const { wait } = await startWatch(folder, 'spec/platform.yaml');
    writeFileSync(join(folder, 'real/it.yaml'), withTier('db-custom-2-7680'));
    await wait('generated/prod  ', 2);
    rmSync(join(folder, 'spec'), { recursive: true });
    await wait('spec/platform.yaml is gone: waiting for it\n');
    mkdirSync(join(folder, 'spec'));
    writeFileSync(join(folder, 'spec/platform.yaml'), sample);
    await wait('generated/prod  ', 3);
  }, 60_000);

  test('--check checks again and writes nothing; as JSON, one object a line', async () => {
    const { folder, spec } = makeProject();
    await runCli(['compile'], { cwd: folder });
    const before = instance(folder);
    const { said, wait } = await startWatch(folder, '--check', '--format', 'json');
    writeFileSync(spec, withTier('db-custom-2-7680'));
    await wait('"check":true', 2);
    writeFileSync(spec, 'apiVersion: [');
    await wait('"diagnostics"');
    const objects = said.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toEqual([
      expect.objectContaining({ check: true }),
      expect.objectContaining({ check: true }),
      { diagnostics: expect.anything() },
    ]);
    expect(objects[0].environments[0].written).toEqual([]);
    expect(objects[1].environments[1].written.length).toBeGreaterThan(0);
    expect(instance(folder)).toBe(before);
  }, 60_000);

  test('of a spec that is not there ends at once', async () => {
    const { folder } = makeProject();
    expect(await runCli(['compile', '--watch', 'nowhere.yaml'], { cwd: folder })).toMatchObject({
      code: 2,
      stderr: 'platform: cannot read nowhere.yaml: there is no such file\n',
    });
  });
});
