import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Context } from '../../src/cli/context.ts';
import { createSchemaCache } from '../../src/cli/schema-cache.ts';
import { openSchemaStore } from '../../src/ingest/schema/schema-store.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const URL_PATH = 'example.org/colour/v1/schema.json';

describe('the cache of JSON Schemas', () => {
  const open = (home: string) => createSchemaCache({ env: { XDG_CACHE_HOME: home } } as unknown as Context);

  test('a schema is there whole or not at all, whoever writes and reads at once', async () => {
    const home = makeTemporaryFolder('cache');
    const cache = open(home);
    const texts = ['a', 'b', 'c', 'd'].map((letter) => Buffer.from(letter.repeat(300_000)));
    const wholes = new Set(texts.map(String));
    let writing = true;
    const reading = (async () => {
      while (writing) {
        const found = await cache.read(URL_PATH);
        if (found !== null) expect(wholes.has(Buffer.from(found).toString())).toBe(true);
      }
    })();
    for (let round = 0; round < 10; round++) await Promise.all(texts.map((text) => cache.write(URL_PATH, text)));
    writing = false;
    await reading;
    const folder = join(home, 'platform/schemas/example.org/colour/v1');
    expect(readdirSync(folder)).toEqual(['schema.json']);
    expect(wholes.has(readFileSync(join(folder, 'schema.json'), 'utf8'))).toBe(true);
  });

  test('where it cannot be written nothing is kept, and nothing fails', async () => {
    const home = makeTemporaryFolder('cache');
    mkdirSync(join(home, 'platform'));
    writeFileSync(join(home, 'platform/schemas'), 'a file');
    await open(home).write(URL_PATH, Buffer.from('{}'));
    expect(await open(home).read(URL_PATH)).toBeNull();
    rmSync(join(home, 'platform/schemas'));
    await open(home).write(URL_PATH, Buffer.from('{}'));
    expect(existsSync(join(home, 'platform/schemas', URL_PATH))).toBe(true);
  });

  test('what is in it is not fetched: a machine without a network can do with it', async () => {
    const home = makeTemporaryFolder('cache');
    await open(home).write(URL_PATH, Buffer.from('{"type":"object"}'));
    const store = openSchemaStore(null, {
      schemaCache: open(home),
      fetch: () => Promise.reject(new Error('no network')),
      clock: { now: () => 0, sleep: async () => undefined },
      signal: new AbortController().signal,
      report: () => undefined,
      files: null as never,
    });
    expect(await store('https://example.org/colour/v1/schema.json#')).toEqual({ type: 'object' });
    await expect(store('https://example.org/other.json')).rejects.toMatchObject({ name: 'MissingSchema' });
  });
});
