import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { createFilePort as makeFilePort } from '../../src/cli/file-port.ts';
import { type GoodItem, judgeDocument } from '../../src/ingest/item/judge.ts';
import { JsonScanner } from '../../src/ingest/json/scan.ts';
import type { CachePort } from '../../src/ingest/ports.ts';
import { openSchemaJudge } from '../../src/ingest/schema/judge-schemas.ts';
import { describeWith } from '../support/needs.ts';
import { sharedRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeItem as makePlainItem } from './support/items.ts';
import { makeExtension, readCoreSchemas, type Schemas, serveSchemas } from './support/schemas.ts';

const COLOUR = 'https://schemas.example.org/colour/v1.0.0/schema.json';
const SHAPE = 'https://schemas.example.org/shape/v1.0.0/schema.json';
const scanner = new JsonScanner();

function good(document: unknown): GoodItem {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const judged = judgeDocument({ bytes, source: 'a.json', place: 'line 1', tooLarge: false }, scanner);
  if (judged.kind !== 'item') throw new Error(`no good item: ${JSON.stringify(judged)}`);
  return judged;
}

// STAC's schema lets an item name its collection only where it links to it.
const makeItem = (id: string, changes: object = {}) =>
  makePlainItem(id, { links: [{ rel: 'collection', href: 'collection.json' }], ...changes });
const named = (extensions: readonly string[], changes: object = {}) =>
  good(makeItem('a', { stac_extensions: extensions, ...changes }));
const coloured = (values: object, extensions = [COLOUR]) =>
  named(extensions, { properties: { datetime: '2024-01-01T00:00:00Z', ...values } });

const colours = {
  properties: {
    'colour:depth': { type: 'integer', minimum: 1, maximum: 16 },
    'colour:space': { enum: ['rgb', 'cmyk'] },
  },
  patternProperties: { '^(?!colour:)': {} },
  additionalProperties: false,
};

describeWith(['python'], 'judge: full', () => {
  let core: Schemas;
  let server: Awaited<ReturnType<typeof serveSchemas>>;
  const servers: (typeof server)[] = [];
  beforeAll(async () => {
    core = await readCoreSchemas();
  }, 300_000);
  afterEach(() => {
    for (const each of servers.splice(0)) each.close();
  });

  /** A judge that has the web of these schemas; `waits` are not waited for. */
  async function open(more: Readonly<Record<string, string>> = {}, cache = makeCache(), folder: string | null = null) {
    server = await serveSchemas(new Map([...core, ...Object.entries(more)]));
    servers.push(server);
    return openSchemaJudge(folder, {
      files: makeFilePort('/'),
      fetch: server.fetch,
      schemaCache: cache,
      clock: { now: () => Date.now(), sleep: async () => undefined },
      report: () => undefined,
      signal: new AbortController().signal,
    });
  }

  test.each(['1.0.0', '1.1.0'])('an item of STAC %s is judged by its release’s own schema', async (version) => {
    const judge = await open();
    const of = (changes: object) => judge(good(makeItem('a', { stac_version: version, ...changes })));
    expect(await of({})).toBeNull();
    expect(await of({ bbox: undefined })).toEqual({
      reason: 'schemaFault',
      message: `https://schemas.stacspec.org/v${version}/item-spec/json-schema/item.json: the item has no "bbox"`,
    });
    expect((await of({ properties: { datetime: '2024-01-01T00:00:00Z', gsd: 0 } }))?.message).toMatch(
      /: \/properties\/gsd must be > 0, and is 0$/,
    );
    expect((await of({ assets: { image: { href: 'a.tif', roles: 'data' } } }))?.message).toMatch(
      /: \/assets\/image\/roles must be array, and is "data"$/,
    );
    expect((await of({ links: undefined }))?.message).toContain('the item has no "links"');
    expect((await of({ stac_version: '1.0.7' }))?.message).toContain(
      'v1.0.7/item-spec/json-schema/item.json is missing',
    );
    expect(server.asked.filter((url) => /item-spec\/json-schema\/item\.json$/.test(url))).toHaveLength(2);
  });

  test('a geometry is judged as the kind it says it is', async () => {
    const judge = await open();
    const ring = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ];
    const polygon = (coordinates: unknown) =>
      judge(good(makeItem('a', { geometry: { type: 'Polygon', coordinates } })));
    expect(await polygon([ring])).toBeNull();
    const kinds = await judge(good(makeItem('a', { geometry: { type: 'point', coordinates: [1, 2] } })));
    expect(kinds?.message).toMatch(/: \/geometry /);
  });

  test('an extension is judged for items, and every schema that has something to say says it', async () => {
    const extensions = {
      [COLOUR]: makeExtension(COLOUR, colours),
      [SHAPE]: makeExtension(SHAPE, { required: ['shape:a'] }),
    };
    const judge = await open(extensions);
    expect(await judge(coloured({ 'colour:depth': 8, 'colour:space': 'rgb' }))).toBeNull();
    const fault = await judge(coloured({ 'colour:depth': 120, gsd: 'x' }, [`${COLOUR}#`, SHAPE, COLOUR]));
    expect(fault?.reason).toBe('schemaFault');
    expect(fault?.message.split(' · ')).toEqual([
      'https://schemas.stacspec.org/v1.0.0/item-spec/json-schema/item.json: /properties/gsd must be number, and is "x"',
      `${COLOUR}: /properties/colour:depth must be <= 16, and is 120`,
      `${SHAPE}: /properties has no "shape:a"`,
    ]);
    expect((await judge(coloured({ 'colour:space': 'hsv' })))?.message).toMatch(
      /colour:space must be one of "rgb", "cmyk", and is "hsv"$/,
    );
    expect((await judge(coloured({ 'colour:dept': 1 })))?.message).toMatch(/properties must not have "colour:dept"$/);
    expect(server.asked.filter((url) => url === COLOUR)).toHaveLength(1);
  });

  test('a schema that is missing is a fault of its own, and a fault found is told first', async () => {
    const judge = await open({ [SHAPE]: makeExtension(SHAPE, { $ref: 'https://schemas.example.org/gone.json' }) });
    const bare = 'https://schemas.example.org/colour/v1.0.0/schema.json?token=secret';
    expect(await judge(named([bare]))).toEqual({
      reason: 'schemaMissing',
      message: `the schema ${COLOUR} is missing: ${COLOUR} answers 404: no such page`,
    });
    expect((await judge(named([SHAPE])))?.message).toBe(
      `the schema ${SHAPE} is missing: https://schemas.example.org/gone.json, which it refers to: https://schemas.example.org/gone.json answers 404: no such page`,
    );
    expect((await judge(named(['eo', 'http://example.org/a.json'])))?.message).toBe(
      'the schema eo is missing: it is no https address · the schema http://example.org/a.json is missing: it is no https address',
    );
    expect(await judge(named([COLOUR], { bbox: undefined }))).toMatchObject({ reason: 'schemaFault' });
  });

  test.each([
    ['no JSON', '<html>log in</html>', 'no JSON Schema'],
    ['another value', '[1]', 'no JSON Schema'],
    ['a draft that is too old', '{"$schema":"http://json-schema.org/draft-04/schema#"}', 'older than 06'],
    ['a reference to nothing', '{"$ref":"#/definitions/nothing"}', 'cannot be resolved'],
    ['keywords that are none', '{"minimum":"one"}', 'cannot be used'],
  ])('a schema that is %s is not passed over', async (_, text, why) => {
    const cache = makeCache();
    const judge = await open({ [COLOUR]: text }, cache);
    expect(await judge(named([COLOUR]))).toMatchObject({
      reason: 'schemaMissing',
      message: expect.stringContaining(why),
    });
    expect(cache.entries.has('schemas.example.org/colour/v1.0.0/schema.json')).toBe(text.startsWith('{'));
  });

  test.each([
    ['2019-09', { dependentRequired: { 'colour:depth': ['colour:space'] } }],
    ['2020-12', { properties: { 'colour:box': { prefixItems: [{ type: 'number' }] } } }],
  ])('schemas of draft %s are understood', async (draft, fields) => {
    const $schema = `https://json-schema.org/draft/${draft}/schema`;
    const judge = await open({ [COLOUR]: makeExtension(COLOUR, fields, { $schema }) });
    expect(await judge(coloured({ gsd: 1 }))).toBeNull();
    expect(await judge(coloured({ 'colour:depth': 1, 'colour:box': ['x'] }))).toMatchObject({ reason: 'schemaFault' });
  });

  test('a schema goes by its address, whatever it calls itself', async () => {
    const text = makeExtension(COLOUR, colours);
    const judge = await open({
      [COLOUR]: text,
      [SHAPE]: text.replaceAll(`contains":{"const":"${COLOUR}"`, 'x":{"y":"z"'),
    });
    expect(await judge(coloured({ 'colour:depth': 99 }, [COLOUR, SHAPE]))).toMatchObject({
      message: expect.stringMatching(/colour\/.*<= 16.* · .*shape\/.*<= 16/),
    });
  });

  test('the web is asked again where it fails, once where it does not, and what is in the cache is not asked for', async () => {
    const cache = makeCache();
    const judge = await open({ [COLOUR]: makeExtension(COLOUR, colours) }, cache);
    server.failures.set(COLOUR, 2);
    expect(await Promise.all([judge(coloured({})), judge(coloured({ gsd: 1 }))])).toEqual([null, null]);
    expect(server.asked.filter((url) => url === COLOUR)).toHaveLength(3);
    expect(new Set(server.asked).size).toBe(server.asked.length - 2);
    server.close();

    const offline = await open({}, cache);
    expect(await offline(coloured({ 'colour:depth': 99 }))).toMatchObject({ reason: 'schemaFault' });
    expect(server.asked).toEqual([]);
  });

  test('without STAC’s own schema nothing is judged: the run stops', async () => {
    const judge = await open();
    for (const url of core.keys()) server.failures.set(url, 1000);
    await expect(judge(named([]))).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringContaining('nothing can be judged without'),
    });
  });

  test('a folder has them by their path or their $id, and nothing is fetched', async () => {
    const folder = makeTemporaryFolder('schemas');
    for (const [url, text] of core) {
      const path = join(folder, url.replace('https://', ''));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    writeFileSync(join(folder, 'anything.json'), makeExtension(COLOUR, colours));
    const judge = await open({ [SHAPE]: makeExtension(SHAPE, {}) }, makeCache(), folder);
    expect(await judge(coloured({ 'colour:depth': 99 }))).toMatchObject({ reason: 'schemaFault' });
    expect(await judge(good(makeItem('a', { stac_version: '1.1.0' })))).toBeNull();
    expect(await judge(named([SHAPE]))).toEqual({
      reason: 'schemaMissing',
      message: `the schema ${SHAPE} is missing: it is not in ${folder}`,
    });
    expect(server.asked).toEqual([]);

    writeFileSync(join(folder, 'notes.json'), 'not JSON');
    const broken = await open({}, makeCache(), folder);
    await expect(broken(named([]))).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringContaining('notes.json'),
    });
    const nowhere = await open({}, makeCache(), `${folder}/nowhere`);
    await expect(nowhere(named([]))).rejects.toMatchObject({ kind: 'source' });
  });

  describeWith(['sharedData'], 'real items', () => {
    test('are as the schema of their release has them, but for those without a box or a link to their collection', async () => {
      const judge = await open();
      const folders = readdirSync(join(sharedRoot, 'data'));
      const lines = folders.flatMap((folder) =>
        readFileSync(join(sharedRoot, 'data', folder, 'items.ndjson'), 'utf8')
          .trimEnd()
          .split('\n'),
      );
      expect(lines.length).toBeGreaterThan(200);
      const faults: string[] = [];
      for (const line of lines) {
        const item = JSON.parse(line) as { stac_extensions: readonly string[] };
        const fault = await judge(good({ ...item, stac_extensions: [] }));
        faults.push(...(fault === null ? [] : [fault.message.replace(/^\S+ /, '')]));
        expect(await judge(good(line))).toMatchObject({ reason: fault?.reason ?? 'schemaMissing' });
      }
      // Real items that STAC's own schema refuses, and `judge: structure` does not.
      const count = (fault: string) => faults.filter((one) => one.includes(fault)).length;
      expect([count('no "bbox"'), count('/collection must not be there'), faults.length]).toEqual([17, 8, 25]);
    });
  });
});

function makeCache(): CachePort & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    read: async (path) => entries.get(path) ?? null,
    write: async (path, bytes) => void entries.set(path, bytes),
  };
}
