import { fork } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { lockFolder } from '../../src/database/lock.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

describe('a locked folder', () => {
  test('is one holder’s at a time, by whatever path it is named', async () => {
    const folder = makeTemporaryFolder('lock');
    const link = join(makeTemporaryFolder('link'), 'other');
    symlinkSync(folder, link);
    let inside = 0;
    let most = 0;
    const work = async (path: string) => {
      const lock = await lockFolder(path, () => undefined);
      inside++;
      most = Math.max(most, inside);
      await sleep(5);
      inside--;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => work(index % 2 === 0 ? folder : link)));
    expect([inside, most]).toEqual([0, 1]);
  });

  test('is free at once when its holder is killed', async () => {
    const folder = makeTemporaryFolder('lock');
    const loader = pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href;
    const holder = fork(join(projectRoot, 'test/database/hold-folder.fixture.ts'), [folder], {
      env: { ...process.env, NODE_OPTIONS: '' },
      execArgv: ['--import', loader],
    });
    await once(holder, 'message');
    const waitedFor: string[] = [];
    const lock = await lockFolder(folder, (pid) => {
      waitedFor.push(pid);
      holder.kill('SIGKILL');
    });
    expect(waitedFor).toEqual([String(holder.pid)]);
    await lock.release();
  });

  test('is not waited for any longer by who is told to stop', async () => {
    const folder = makeTemporaryFolder('lock');
    const lock = await lockFolder(folder, () => undefined);
    const reason = new Error('told to stop');
    const interrupt = new AbortController();
    await expect(lockFolder(folder, () => interrupt.abort(reason), interrupt.signal)).rejects.toBe(reason);
    await expect(lockFolder(folder, () => undefined, interrupt.signal)).rejects.toBe(reason);
    await lock.release();
  });
});
