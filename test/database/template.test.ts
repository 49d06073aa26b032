import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { openEmbedded } from '../../src/database/embedded.ts';
import { lockFolder } from '../../src/database/lock.ts';
import { createDataFolder, embeddedVersions, type TemplateOptions } from '../../src/database/template.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

describe('a prepared data folder', () => {
  const base = makeTemporaryFolder('template');
  const cacheFolder = join(base, 'cache');
  let prepared = 0;
  const options: TemplateOptions = {
    cacheFolder,
    key: 'k',
    prepare: async (session) => {
      prepared++;
      await session.run('CREATE TABLE prepared AS SELECT 42 AS answer');
    },
    onWait: () => undefined,
  };
  const open = (name: string, change: Partial<TemplateOptions> = {}) =>
    openEmbedded(join(base, name), {
      onWait: () => undefined,
      ...(change.signal === undefined ? {} : { signal: change.signal }),
      create: (data) => createDataFolder(data, { ...options, ...change }),
    });
  const answer = async (name: string, change?: Partial<TemplateOptions>) => {
    const database = await open(name, change);
    const rows = await database.session((session) => session.query('SELECT answer FROM prepared'));
    await database.session((session) => session.run('INSERT INTO prepared VALUES (43)'));
    await database.close();
    return rows;
  };

  test('is made once, copied, and never written to by who got a copy', async () => {
    expect(await answer('one')).toEqual([{ answer: 42 }]);
    expect(await answer('two')).toEqual([{ answer: 42 }]);
    expect(await answer('one')).toEqual([{ answer: 42 }, { answer: 43 }]);
    expect(prepared).toBe(1);
    expect(readdirSync(cacheFolder)).toEqual(['k']);
    expect(readdirSync(join(base, 'one'))).toEqual(['data']);
  });

  test('of another key is another one', async () => {
    const other = async (session: Parameters<TemplateOptions['prepare']>[0]) =>
      session.run('CREATE TABLE prepared AS SELECT 1 AS answer');
    expect(await answer('three', { key: 'other', prepare: other })).toEqual([{ answer: 1 }]);
    expect(readdirSync(cacheFolder).sort()).toEqual(['k', 'other']);
  });

  test('whose making fails leaves nothing', async () => {
    const failing = async () => {
      throw new Error('no pgSTAC');
    };
    await expect(open('four', { key: 'never', prepare: failing })).rejects.toThrow('no pgSTAC');
    expect(readdirSync(cacheFolder).sort()).toEqual(['k', 'other']);
    expect(readdirSync(join(base, 'four'))).toEqual([]);
  });

  test('is made in place where nothing can be kept', async () => {
    writeFileSync(join(base, 'a file'), '');
    expect(await answer('five', { cacheFolder: join(base, 'a file', 'cache') })).toEqual([{ answer: 42 }]);
  });

  test('is made in place where the cache is there but not ours to write', async () => {
    const foreign = join(base, 'foreign');
    mkdirSync(foreign, { mode: 0o555 });
    const made = await asOrdinaryUser(base, () => answer('foreign project', { cacheFolder: foreign }));
    expect(made).toEqual([{ answer: 42 }]);
    expect(readdirSync(foreign)).toEqual([]);
  });

  test('is not waited for any longer by who is told to stop', async () => {
    const held = makeTemporaryFolder('held');
    const lock = await lockFolder(held, () => undefined);
    const reason = new Error('told to stop');
    const interrupt = new AbortController();
    const change = { onWait: () => interrupt.abort(reason), signal: interrupt.signal };
    await expect(open('told', { ...change, cacheFolder: held })).rejects.toBe(reason);
    await lock.release();
  });

  test('that was being made when its process died is never used, and removed later', async () => {
    const [old, young] = ['third.unfinished-old', 'third.unfinished-young'].map((name) => join(cacheFolder, name));
    for (const folder of [old ?? '', young ?? '']) {
      mkdirSync(join(folder, 'data'), { recursive: true });
      cpSync(join(cacheFolder, 'k', 'PG_VERSION'), join(folder, 'data', 'PG_VERSION'));
    }
    const yesterday = Date.now() / 1000 - 86_400;
    utimesSync(old ?? '', yesterday, yesterday);
    expect(await answer('six', { key: 'third' })).toEqual([{ answer: 42 }]);
    expect(existsSync(old ?? '')).toBe(false);
    expect(existsSync(young ?? '')).toBe(true);
  });

  test('is asked for by two processes at once', async () => {
    const folders = ['nine', 'ten'].map((name) => join(base, name));
    const loader = pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href;
    const children = folders.map((folder) =>
      fork(join(projectRoot, 'test/database/prepare-embedded.fixture.ts'), [folder, cacheFolder], {
        env: { ...process.env, NODE_OPTIONS: '' },
        execArgv: ['--import', loader],
      }),
    );
    const messages: string[] = [];
    for (const child of children) child.on('message', (message) => messages.push(String(message)));
    await Promise.all(children.map((child) => once(child, 'exit')));
    expect(messages.filter((message) => message === 'prepares')).toHaveLength(1);
    expect(messages.filter((message) => message === 'answer 42')).toHaveLength(2);
    expect(messages.filter((message) => message.startsWith('waits for'))).toHaveLength(1);
  }, 120_000);
});

/** No folder is read-only to root, so that root becomes somebody else for the while. */
async function asOrdinaryUser<T>(owned: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  chownSync(owned, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

const nobody = 65_534;

test('the versions that name a kept folder are those installed', () => {
  const installed = (name: string) =>
    JSON.parse(readFileSync(join(projectRoot, 'node_modules/@electric-sql', name, 'package.json'), 'utf8')).version;
  expect(embeddedVersions).toEqual({ pglite: installed('pglite'), postgis: installed('pglite-postgis') });
});
