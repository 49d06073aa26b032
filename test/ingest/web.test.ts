import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createFilePort } from '../../src/cli/file-port.ts';
import { parseInstant } from '../../src/ingest/item/instant.ts';
import { allTime } from '../../src/ingest/item/period.ts';
import type { ClockPort } from '../../src/ingest/ports.ts';
import { openCatalog } from '../../src/ingest/source/catalog.ts';
import type { OpenSource } from '../../src/ingest/source/document.ts';
import { openStacApi } from '../../src/ingest/source/stac-api.ts';
import type { StacApiSource } from '../../src/model/platform.ts';
import { describeWith } from '../support/needs.ts';
import { sharedRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { readParts } from './support/source.ts';

type Answer = (request: IncomingMessage, body: string, response: ServerResponse, origin: string) => unknown;

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** A real HTTP server on loopback; gives its origin. */
async function serve(answer: Answer): Promise<string> {
  const started = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    answer(request, Buffer.concat(parts).toString(), response, `http://${request.headers.host}`);
  });
  server = started;
  started.listen(0, '127.0.0.1');
  await once(started, 'listening');
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

/** A clock whose waits are noted and take no time. */
function makePorts() {
  const waits: number[] = [];
  const clock: ClockPort = { now: () => Date.now(), sleep: async (milliseconds) => void waits.push(milliseconds) };
  return {
    fetch: (url: string, request: object) => fetch(url, request),
    clock,
    signal: new AbortController().signal,
    report: () => undefined,
    waits,
  };
}

async function read(source: OpenSource): Promise<string[]> {
  const texts: string[] = [];
  for await (const { bytes } of source.collections()) texts.push(bytes.toString());
  for await (const { bytes } of readParts(source)) texts.push(bytes.toString());
  return texts;
}

function api(url: string, changes: Partial<StacApiSource> = {}): StacApiSource {
  return { kind: 'stacApi', url, collections: ['scenes'], bbox: null, datetime: null, query: null, ...changes };
}

const send = (response: ServerResponse, value: unknown) =>
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
const page = (features: readonly unknown[], ...links: object[]) => ({ type: 'FeatureCollection', features, links });
/** Half an answer. */
const breakOff = (response: ServerResponse) => {
  setTimeout(() => response.destroy(), 20);
  return response.writeHead(200, { 'content-length': '100000' }).write('{"features":[');
};
const items = ['1', '2', '3', '4', '5'].map((id) => makeItem(id));

describeWith(['sharedData'], 'a STAC API with real items', () => {
  test('is searched by POST, page after page, through failures of every kind', async () => {
    const lines = readFileSync(join(sharedRoot, 'data/sentinel-2-l2a/items.ndjson'), 'utf8').trimEnd().split('\n');
    const collection = readFileSync(join(sharedRoot, 'data/sentinel-2-l2a/collection.json'), 'utf8');
    const asked: unknown[] = [];
    let failures = 0;
    const origin = await serve((request, body, response) => {
      if (request.url === '/collections/sentinel-2-l2a') return send(response, collection);
      const search = JSON.parse(body) as { token?: number };
      const from = search.token ?? 0;
      failures += 1;
      // Each page fails in another way first.
      if (failures === 1) return response.writeHead(503, { 'retry-after': '7' }).end();
      if (failures === 3)
        return response.writeHead(429, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }).end('slow down');
      if (failures === 5) return response.destroy();
      if (failures === 7) return breakOff(response);
      if (failures === 9) return send(response, '{"type":"FeatureCollection","features":[{"a":1},');
      asked.push(search);
      const next =
        from + 7 < lines.length
          ? [{ rel: 'next', method: 'POST', href: '/search', body: { token: from + 7 }, merge: true }]
          : [];
      return send(
        response,
        `{"type":"FeatureCollection","features":[${lines.slice(from, from + 7).join(',')}],"links":${JSON.stringify(next)}}`,
      );
    });
    const ports = makePorts();
    const source = {
      bbox: [5, 45, 10, 47],
      datetime: '2019-01-01/2019-12-31',
      query: { 'eo:cloud_cover': { lt: 20 } },
    };
    const texts = await read(openStacApi(api(origin, { collections: ['sentinel-2-l2a'], ...source }), [], ports));
    expect(texts).toEqual([collection, ...lines]);
    const datetime = '2019-01-01T00:00:00Z/2019-12-31T23:59:59.999999Z';
    const search = { collections: ['sentinel-2-l2a'], ...source, datetime, limit: 100 };
    expect(asked).toEqual([search, ...[7, 14, 21, 28].map((token) => ({ ...search, token }))]);
    expect(ports.waits).toHaveLength(5);
    expect(ports.waits[0]).toBe(7000);
    expect(ports.waits[1]).toBeGreaterThan(25_000);
  });
});

test('an API without POST is searched by GET, along links of its own', async () => {
  const asked: string[] = [];
  const origin = await serve((request, _, response, origin) => {
    if (request.method === 'POST') return response.writeHead(405).end();
    if (request.url === '/collections/scenes') return send(response, makeCollection());
    asked.push(decodeURIComponent(request.url ?? ''));
    const second = request.url?.includes('token=next');
    return send(
      response,
      second
        ? page(items.slice(3))
        : page(items.slice(0, 3), { rel: 'self', href: origin }, { rel: 'next', href: `${origin}/search?token=next` }),
    );
  });
  const texts = await read(openStacApi(api(origin, { bbox: [1, 2, 3, 4], query: { a: { lt: 1 } } }), [], makePorts()));
  expect(texts.slice(1).map((text) => JSON.parse(text))).toEqual(items);
  expect(asked).toEqual([
    '/search?collections=scenes&bbox=1,2,3,4&query={"a":{"lt":1}}&limit=100',
    '/search?token=next',
  ]);
});

test('a page is not lost for one feature that is broken, nor a digit of the others', async () => {
  const odd = '{"id":"odd","n":12345678901234567890,"x":1.0,"nul":"\\u0000","bad":NaN}';
  const origin = await serve((request, _, response) =>
    request.method === 'GET'
      ? send(response, makeCollection())
      : send(response, ` {"features":[${odd}, {"id":"2"}],"type":"FeatureCollection"}`),
  );
  expect((await read(openStacApi(api(origin), [], makePorts()))).slice(1)).toEqual([odd, '{"id":"2"}']);
});

test('a POST stays a POST behind a redirect', async () => {
  const origin = await serve((request, body, response) => {
    if (request.url === '/collections/scenes') return send(response, makeCollection());
    if (request.url === '/search') return response.writeHead(301, { location: '/v2/search' }).end();
    return send(response, page(request.method === 'POST' && request.url === '/v2/search' ? [JSON.parse(body)] : items));
  });
  expect(JSON.parse((await read(openStacApi(api(origin), [], makePorts())))[1] as string)).toEqual({
    collections: ['scenes'],
    limit: 100,
  });
});

test.each<[string, Answer, string]>([
  [
    'refuses',
    (_, __, response) => response.writeHead(400).end('{"detail":"bad bbox"}'),
    'answers 400: {"detail":"bad bbox"}',
  ],
  [
    'writes to the terminal',
    (_, __, response) => response.writeHead(404).end('\x1b]0;title\x07no\r\n\u009b2Jscenes'),
    'answers 404: ]0;title no 2Jscenes',
  ],
  [
    'links to no URL',
    (_, __, response) => send(response, page([], { rel: 'next', href: 'http://me:secret@[bad?key=secret' })),
    '/search: the link http://[bad is no path or web URL',
  ],
  [
    'redirects to no URL',
    (_, __, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    '/search: the link file:///etc/passwd is no path or web URL',
  ],
  ['never comes back', (_, __, response) => response.writeHead(503).end(), 'answers 503'],
  [
    'wants an hour',
    (_, __, response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
    'come back in 3600 s',
  ],
  ['is no API', (_, __, response) => send(response, '<html>hello</html>'), 'no page of items'],
  [
    'gives the same page again',
    (_, body, response) =>
      send(response, page([], { rel: 'next', method: 'POST', href: '/search', body: JSON.parse(body) })),
    'same page again',
  ],
])('an API that %s is a failure that says so', async (_, answer, message) => {
  const origin = await serve((request, body, response, origin) =>
    request.url === '/collections/scenes' ? send(response, makeCollection()) : answer(request, body, response, origin),
  );
  await expect(read(openStacApi(api(origin), [], makePorts()))).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining(message),
  });
});

test('nobody there is a failure after some waiting', async () => {
  const ports = makePorts();
  await expect(read(openStacApi(api('http://127.0.0.1:9'), [], ports))).rejects.toMatchObject({ kind: 'source' });
  expect(ports.waits).toHaveLength(7);
});

test.each([
  [null, '2024-03-01T00:00:00Z/..'],
  ['2024-01-01/2024-12-31', '2024-03-01T00:00:00Z/2024-12-31T23:59:59.999999Z'],
  ['2024-06-01T00:00:00+02:00/..', '2024-05-31T22:00:00Z/..'],
  ['../2024-12-31T12:00:00Z', '2024-03-01T00:00:00Z/2024-12-31T12:00:00Z'],
  ['2024-04-01T00:00:00Z', '2024-04-01T00:00:00Z'],
  ['2024-01-01/2024-02-29', null],
])('a run of a time narrows what a STAC API is asked for: %s', async (datetime, expected) => {
  const asked: unknown[] = [];
  const origin = await serve((request, body, response) => {
    if (request.url === '/search') asked.push((JSON.parse(body) as { datetime?: string }).datetime);
    send(
      response,
      request.url === '/search' ? { type: 'FeatureCollection', features: [], links: [] } : makeCollection(),
    );
  });
  const since = { from: parseInstant('2024-03-01'), to: null };
  await read(openStacApi(api(origin, { datetime }), [since, allTime], makePorts()));
  expect(asked).toEqual(expected === null ? [] : [expected]);
});

const catalog = {
  'catalog.json': {
    type: 'Catalog',
    id: 'root',
    links: [
      { rel: 'root', href: './catalog.json' },
      { rel: 'child', href: './a/collection.json' },
      { rel: 'child', href: 'b/catalog.json' },
    ],
  },
  'a/collection.json': makeCollection({
    links: [
      { rel: 'parent', href: '../catalog.json' },
      { rel: 'item', href: './1/1.json' },
      { rel: 'item', href: './2%20x/2.json' },
    ],
  }),
  'a/1/1.json': makeItem('1', { links: [{ rel: 'item', href: '../../b/3.json' }] }),
  'a/2 x/2.json': makeItem('2'),
  'b/catalog.json': {
    type: 'Catalog',
    id: 'b',
    links: [
      { rel: 'child', href: '../catalog.json' },
      { rel: 'item', href: '3.json' },
      { rel: 'item', href: '../a/1/1.json' },
    ],
  },
  'b/3.json': makeItem('3'),
};
const walked = ['scenes', '1', '2', '3'];

async function writeCatalog(): Promise<string> {
  const folder = makeTemporaryFolder('catalog');
  for (const [path, content] of Object.entries(catalog)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(content, null, 2));
  }
  return folder;
}

const ids = (texts: readonly string[]) => texts.map((text) => (JSON.parse(text) as { id: string }).id);

test('a catalog in a folder is walked by its links, each document once', async () => {
  const files = createFilePort(dirname(await writeCatalog()));
  const folder = (await writeCatalog()).split('/').at(-1);
  expect(ids(await read(openCatalog(`./${folder}/catalog.json`, { ...makePorts(), files })))).toEqual(walked);
});

test('a catalog on the web is walked by its links, each document once', async () => {
  const origin = await serve((request, _, response) => {
    const found = catalog[decodeURIComponent(request.url ?? '').slice(7) as keyof typeof catalog];
    if (found === undefined) return response.writeHead(404).end();
    return send(response, found);
  });
  const ports = { ...makePorts(), files: createFilePort('.') };
  expect(ids(await read(openCatalog(`${origin}/files/catalog.json`, ports)))).toEqual(walked);
  await expect(read(openCatalog(`${origin}/files/none.json`, ports))).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('answers 404'),
  });
});

test.each(['./%zz.json', './%1b]0;title.json', 'http://[bad'])(
  'a catalog in a folder whose link is %s is a failure that names both',
  async (href) => {
    const folder = makeTemporaryFolder('catalog');
    await writeFile(join(folder, 'catalog.json'), JSON.stringify({ type: 'Catalog', links: [{ rel: 'item', href }] }));
    const ports = { ...makePorts(), files: createFilePort(folder) };
    await expect(read(openCatalog('catalog.json', ports))).rejects.toMatchObject({
      kind: 'source',
      message: `catalog.json: the link ${href} is no path or web URL`,
    });
  },
);

test('a catalog on the web whose link is no URL is a failure that names both', async () => {
  const origin = await serve((_, __, response) =>
    send(response, { type: 'Catalog', links: [{ rel: 'item', href: 'http://[bad' }] }),
  );
  const ports = { ...makePorts(), files: createFilePort('.') };
  await expect(read(openCatalog(origin, ports))).rejects.toMatchObject({
    kind: 'source',
    message: `${origin}: the link http://[bad is no path or web URL`,
  });
  await expect(read(openCatalog('http://[bad', ports))).rejects.toMatchObject({
    kind: 'source',
    message: 'http://[bad is no URL',
  });
  expect(ports.waits).toEqual([]);
});
