import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { lockFolder } from '../../src/database/lock.ts';
import { makeSpec } from '../database/support.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function start(script: string, args: readonly string[] = [], cwd = projectRoot): ChildProcess {
  const child = fork(join(projectRoot, script), args, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    execArgv: ['--import', pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  started.push(child);
  return child;
}

describe('Ctrl-C', () => {
  test.each([
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGINT'],
  ] as const)('%s asks to stop, and a later %s ends the process at once', async (first, second) => {
    const child = start('test/cli/interrupt.fixture.ts');
    await once(child, 'message');
    child.kill(first);
    expect(await once(child, 'message')).toEqual(['aborted', undefined]);
    await sleep(500);
    expect(child.exitCode).toBeNull();
    const end = once(child, 'exit');
    child.kill(second);
    expect(await end).toEqual([130, null]);
  });

  test('that arrives twice, from the terminal and from a parent, asks once', async () => {
    const child = start('test/cli/interrupt.fixture.ts');
    await once(child, 'message');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    await once(child, 'message');
    await sleep(500);
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  });

  test('ends the wait for the embedded database, exit 130', async () => {
    const project = makeTemporaryFolder('project');
    const folder = join(project, '.platform/default');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(project, 'platform.yaml'), stringify(makeSpec()));
    const lock = await lockFolder(folder, () => undefined);
    const child = start('src/cli/main.ts', ['db', 'init'], project);
    const end = once(child, 'exit');
    let said = '';
    for await (const text of child.stderr ?? []) {
      said += text;
      if (said.includes(`waiting for process ${process.pid}`)) break;
    }
    child.kill('SIGINT');
    expect(await end).toEqual([130, null]);
    await lock.release();
  }, 20_000);
});
