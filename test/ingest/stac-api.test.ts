import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseInstant } from '../../src/ingest/item/instant.ts';
import { allTime } from '../../src/ingest/item/period.ts';
import type { StacApiSource } from '../../src/model/platform.ts';
import { describeWith } from '../support/needs.ts';
import { sharedRoot } from '../support/root.ts';
import { makeCollection, makeItem } from './support/items.ts';
import {
  makeStacApiSource as api,
  makeLanding,
  openApi,
  page,
  readTexts as read,
  serveApi,
} from './support/stac-api.ts';
import { type Answer, makeWebPorts as makePorts, send } from './support/web.ts';

/** Half an answer. */
const breakOff = (response: ServerResponse) => {
  setTimeout(() => response.destroy(), 20);
  return response.writeHead(200, { 'content-length': '100000' }).write('{"features":[');
};
const itemSearch = 'https://api.stacspec.org/v1.0.0/item-search';
const oldSearch = 'https://api.stacspec.org/v1.0.0-rc.1/item-search';
const items = ['1', '2', '3', '4', '5'].map((id) => makeItem(id));

describeWith(['sharedData'], 'a STAC API with real items', () => {
  test('is searched by POST, page after page, through failures of every kind', async () => {
    const lines = readFileSync(join(sharedRoot, 'data/sentinel-2-l2a/items.ndjson'), 'utf8').trimEnd().split('\n');
    const asked: unknown[] = [];
    let failures = 0;
    const origin = await serveApi((_, body, response) => {
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
    const texts = await read(openApi(api(origin, { collections: ['sentinel-2-l2a'], ...source }), ports));
    expect(texts.slice(1)).toEqual(lines);
    const datetime = '2019-01-01T00:00:00Z/2019-12-31T23:59:59.999999Z';
    const search = { collections: ['sentinel-2-l2a'], ...source, datetime, limit: 100 };
    expect(asked).toEqual([search, ...[7, 14, 21, 28].map((token) => ({ ...search, token }))]);
    expect(ports.waits).toHaveLength(5);
    expect(ports.waits[0]).toBe(7000);
    expect(ports.waits[1]).toBeGreaterThan(15_000);
  });
});

test('an API without POST is searched by GET, along links of its own', async () => {
  const asked: string[] = [];
  const origin = await serveApi((request, _, response, origin) => {
    if (request.method === 'POST') return response.writeHead(405).end();
    asked.push(decodeURIComponent(request.url ?? ''));
    const second = request.url?.includes('token=next');
    return send(
      response,
      second
        ? page(items.slice(3))
        : page(items.slice(0, 3), { rel: 'self', href: origin }, { rel: 'next', href: `${origin}/search?token=next` }),
    );
  });
  const texts = await read(openApi(api(origin, { bbox: [1, 2, 3, 4], query: { a: { lt: 1 } } }), makePorts()));
  expect(texts.slice(1).map((text) => JSON.parse(text))).toEqual(items);
  expect(asked).toEqual([
    '/search?collections=scenes&bbox=1,2,3,4&query={"a":{"lt":1}}&limit=100',
    '/search?token=next',
  ]);
});

test('a page is not lost for one feature that is broken, nor a digit of the others', async () => {
  const odd = '{"id":"odd","n":12345678901234567890,"x":1.0,"nul":"\\u0000","bad":NaN}';
  const origin = await serveApi((request, _, response) =>
    request.method === 'GET'
      ? send(response, makeCollection())
      : send(response, ` {"features":[${odd}, {"id":"2"}],"type":"FeatureCollection"}`),
  );
  expect((await read(openApi(api(origin), makePorts()))).slice(1)).toEqual([odd, '{"id":"2"}']);
});

test('a POST stays a POST behind a redirect', async () => {
  const origin = await serveApi((request, body, response) => {
    if (request.url === '/search') return response.writeHead(301, { location: '/v2/search' }).end();
    return send(response, page(request.method === 'POST' && request.url === '/v2/search' ? [JSON.parse(body)] : items));
  });
  expect(JSON.parse((await read(openApi(api(origin), makePorts())))[1] as string)).toEqual({
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
  const origin = await serveApi((request, body, response, origin) =>
    request.url === '/collections/scenes' ? send(response, makeCollection()) : answer(request, body, response, origin),
  );
  await expect(read(openApi(api(origin), makePorts()))).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining(message),
  });
});

test('nobody there is a failure after some waiting', async () => {
  const ports = makePorts();
  await expect(read(openApi(api('http://127.0.0.1:9'), ports))).rejects.toMatchObject({ kind: 'source' });
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
  const origin = await serveApi((request, body, response) => {
    if (request.url === '/search') asked.push((JSON.parse(body) as { datetime?: string }).datetime);
    send(
      response,
      request.url === '/search' ? { type: 'FeatureCollection', features: [], links: [] } : makeCollection(),
    );
  });
  const since = { from: parseInstant('2024-03-01'), to: null };
  await read(openApi(api(origin, { datetime }), makePorts(), { periods: [since, allTime] }));
  expect(asked).toEqual(expected === null ? [] : [expected]);
});

test.each<[string, object, Partial<StacApiSource>, string | null]>([
  [
    'query',
    { conformsTo: [itemSearch] },
    { query: { a: { lt: 1 } } },
    `does not support query: it lacks ${itemSearch}#query`,
  ],
  ['filter', { conformsTo: [itemSearch] }, { filter: {} }, `it lacks ${itemSearch}#filter`],
  [
    'CQL2 JSON',
    { conformsTo: [itemSearch, `${itemSearch}#filter`, 'http://www.opengis.net/spec/cql2/1.0/conf/cql2-text'] },
    { filter: {} },
    'it lacks http://www.opengis.net/spec/cql2/1.0/conf/cql2-json',
  ],
  [
    'sort',
    { conformsTo: [itemSearch] },
    { sortby: [{ field: 'id', direction: 'asc' }] },
    `it lacks ${itemSearch}#sort`,
  ],
  ['a search', { conformsTo: ['https://api.stacspec.org/v1.0.0/core'], links: [] }, {}, `it lacks ${itemSearch}`],
  ['nothing that is asked', { conformsTo: [itemSearch] }, { bbox: [1, 2, 3, 4] }, null],
  ['a class of an older draft', { conformsTo: [oldSearch, `${oldSearch}#query`] }, { query: {} }, null],
])('an API that lacks %s is refused before anything is read', async (_, landing, source, message) => {
  let searches = 0;
  const origin = await serveApi((_, __, response) => {
    searches += 1;
    send(response, page([]));
  }, makeLanding(landing));
  const reading = read(openApi(api(origin, source)));
  if (message === null) return expect(await reading).toHaveLength(1);
  await expect(reading).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
  return expect(searches).toBe(0);
});

test('an API that says nothing of itself is asked all the same, and the user is told', async () => {
  const ports = makePorts();
  const origin = await serveApi((_, __, response) => send(response, page([items[0]])), { links: [] });
  expect(await read(openApi(api(origin, { query: { a: { lt: 1 } } }), ports))).toHaveLength(2);
  expect(ports.warnings).toEqual([expect.stringContaining('whether it heeds query is not known')]);
});

test('the landing page links to the search, and says where its classes are', async () => {
  const origin = await serveApi(
    (request, _, response) => {
      if (request.url === '/conformance') return send(response, { conformsTo: [itemSearch, `${itemSearch}#query`] });
      return request.url === '/v3/find' ? send(response, page([items[0]])) : response.writeHead(404).end();
    },
    {
      links: [
        { rel: 'conformance', href: 'conformance' },
        { rel: 'search', href: '/v3/find', method: 'POST' },
      ],
    },
  );
  expect(await read(openApi(api(origin, { query: {} })))).toHaveLength(2);
});
