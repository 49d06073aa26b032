import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Progress } from '../../src/ingest/progress.ts';
import { readRetryAfter } from '../../src/ingest/source/request.ts';
import { readNextLink } from '../../src/ingest/source/stac-api/next-link.ts';
import { listenOn } from '../support/listen.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { readParts } from './support/source.ts';
import { makeLanding, makeStacApiSource, openApi, page, readTexts, serveApi } from './support/stac-api.ts';
import { makeWebPorts, send, serve } from './support/web.ts';

const items = Array.from({ length: 6 }, (_, number) =>
  makeItem(`item-${number}`, { properties: { datetime: `2024-0${number + 1}-15T00:00:00Z` } }),
);
const ids = (from = 0, to = items.length) => items.slice(from, to).map(({ id }) => id);

type Opened = ReturnType<typeof openApi>;

async function readIds(opened: Opened): Promise<string[]> {
  const read: string[] = [];
  for await (const { bytes } of readParts(opened)) read.push((JSON.parse(bytes.toString()) as { id: string }).id);
  return read;
}

const linkTo = (href: string, more: object = {}) => ({ rel: 'next', method: 'POST', href, ...more });

test('a token in a header goes with the request it is for, and a POST link without a body repeats the search', async () => {
  const asked: unknown[] = [];
  const origin = await serveApi((request, body, response) => {
    const token = request.headers['x-next'] ?? request.url?.split('token=')[1] ?? null;
    asked.push([request.method, token, JSON.parse(body)]);
    if (token === null)
      return send(response, page(items.slice(0, 2), linkTo('/search', { headers: { 'X-Next': ['b'] } })));
    if (token === 'b') return send(response, page(items.slice(2, 4), linkTo('/search?token=c')));
    return send(response, page(items.slice(4)));
  });
  expect(await readIds(openApi(makeStacApiSource(origin)))).toEqual(ids());
  const search = { collections: ['scenes'], limit: 100 };
  expect(asked).toEqual([null, 'b', 'c'].map((token) => ['POST', token, search]));
});

test.each([
  ['http://api.example.org/search?page=2', 'https://api.example.org/search?page=2'],
  ['http://api.example.org:8080/search?page=2', 'https://api.example.org/search?page=2'],
  ['http://stac.internal:8080/search?page=2', 'https://api.example.org/v1/search?page=2'],
  ['https://other.example.org/search?page=2', 'https://other.example.org/search?page=2'],
  ['?page=2', 'https://api.example.org/v1/search?page=2'],
])('behind https a link to %s is asked for at %s', (href, expected) => {
  const next = readNextLink(
    { links: [{ rel: 'next', href }] },
    { search: { limit: 1 }, pageUrl: 'https://api.example.org/v1/search' },
  );
  expect(next).toEqual({ url: expected, body: null, headers: {} });
});

test('HTTP’s own headers are not a link’s to set', () => {
  const headers = { Host: 'a', 'Content-Length': '1', 'X-Token': 't', 'x-bad': 'a\r\nb', Accept: 'text/html', n: 1 };
  const next = readNextLink(
    { links: [linkTo('/search', { headers, body: { a: 1 } })] },
    { search: { limit: 1 }, pageUrl: 'https://api.example.org/v1/search' },
  );
  expect(next).toMatchObject({ body: { a: 1 }, headers: { 'X-Token': 't', n: '1' } });
  expect(Object.keys(next?.headers ?? {})).toEqual(['X-Token', 'n']);
});

test('a link to a host that nobody can reach is asked for where the search is', async () => {
  const closed = createServer();
  const port = await listenOn(closed);
  closed.close();
  const origin = await serveApi((request, _, response) =>
    send(
      response,
      request.url?.includes('token=2')
        ? page(items.slice(3))
        : page(items.slice(0, 3), linkTo(`http://127.0.0.1:${port}/internal?token=2`)),
    ),
  );
  const ports = makeWebPorts();
  expect(await readIds(openApi(makeStacApiSource(origin), ports))).toEqual(ids());
  expect(ports.waits).toHaveLength(1);
});

test.each([301, 302, 307, 308])(
  'a POST that is sent elsewhere by %i stays one, without what says who asks',
  async (status) => {
    const seen: IncomingMessage[] = [];
    const bodies: string[] = [];
    const other = await serve((request, body, response) => {
      seen.push(request);
      bodies.push(body);
      send(response, page(items.slice(3)));
    });
    const origin = await serveApi((request, _, response) => {
      if (request.headers['x-api-key'] !== undefined)
        return response.writeHead(status, { location: `${other}/s` }).end();
      const headers = { 'X-Api-Key': 'secret', Cookie: 'a=secret', Authorization: 'Bearer secret' };
      return send(response, page(items.slice(0, 3), linkTo('/search', { headers, body: { token: 1 }, merge: true })));
    });
    expect(await readIds(openApi(makeStacApiSource(origin)))).toEqual(ids());
    expect(seen[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(JSON.stringify(seen[0]?.headers)).not.toContain('secret');
    expect(JSON.parse(bodies[0] as string)).toEqual({ collections: ['scenes'], limit: 100, token: 1 });
  },
);

test('what a link’s URL hides is in no message', async () => {
  const origin = await serveApi((_, __, response, from) =>
    send(response, page([], linkTo(from.replace('//', '//me:hunter2@').concat('/search?key=hunter2')))),
  );
  const ports = makeWebPorts();
  const failure = await readIds(openApi(makeStacApiSource(origin), ports)).catch((error: Error) => error);
  expect(failure).toMatchObject({ kind: 'source', message: expect.stringContaining('credentials') });
  expect(`${(failure as Error).message}${ports.retries.join()}`).not.toContain('hunter2');
});

test('a page of more than 64 MiB is asked for with fewer items, until it is one', async () => {
  const limits: number[] = [];
  const large = Buffer.alloc(65 * 1024 * 1024, ' ');
  const origin = await serveApi((_, body, response) => {
    const { limit } = JSON.parse(body) as { limit: number };
    limits.push(limit);
    return limit > 1 ? response.end(large) : send(response, page(items));
  });
  expect(await readIds(openApi(makeStacApiSource(origin, { pageSize: 4 })))).toEqual(ids());
  expect(limits).toEqual([4, 2, 1]);
  const single = await serveApi((_, __, response) => response.end(large));
  await expect(readIds(openApi(makeStacApiSource(single, { pageSize: 1 })))).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('larger than 64 MiB'),
  });
}, 20_000);

const now = Date.parse('2024-06-15T12:00:00Z');
test.each([
  ['0', 0],
  [' 7 ', 7000],
  ['31536000', 31_536_000_000],
  ['Sat, 15 Jun 2024 12:00:30 GMT', 30_000],
  ['Sat, 15 Jun 2024 11:00:00 GMT', 0],
  ['soon', 0],
  ['-5', 0],
  ['', 0],
  [null, 0],
])('Retry-After: %s is %i ms', (header, expected) => expect(readRetryAfter(header, now)).toBe(expected));

test('links that go round in a circle are a failure', async () => {
  let searches = 0;
  const origin = await serveApi((request, _, response) => {
    searches += 1;
    const isSecond = request.url?.endsWith('token=b') === true;
    send(response, page(items, linkTo(isSecond ? '/search?token=a' : '/search?token=b')));
  });
  await expect(readIds(openApi(makeStacApiSource(origin)))).rejects.toMatchObject({
    message: expect.stringContaining('the same page again'),
  });
  expect(searches).toBe(3);
});

test.each([
  [{ numberMatched: 2 }, 2],
  [{ numberMatched: 1e9, numberReturned: 3 }, 1e9],
  [{ context: { matched: 0 } }, 0],
  [{ numberMatched: 'many' }, null],
  [{}, null],
])('every page is read whatever the server counts: %j', async (counts, expected) => {
  const origin = await serveApi((request, _, response) =>
    send(response, {
      ...(request.url?.includes('token') ? page(items.slice(3)) : page(items.slice(0, 3), linkTo('/search?token=2'))),
      ...counts,
    }),
  );
  const reported: unknown[] = [];
  const ports = { ...makeWebPorts(), report: (progress: unknown) => reported.push(progress) };
  expect(await readIds(openApi(makeStacApiSource(origin), ports))).toEqual(ids());
  expect(reported).toEqual(expected === null ? [] : [{ kind: 'expected', documents: expected }]);
});

test('of windows that are not begun yet as many items are expected as the others have on average', async () => {
  const counts: Readonly<Record<string, number>> = { '2024-01': 4, '2024-02': 2, '2024-03': 9 };
  const origin = await serveApi((_, body, response) => {
    const month = (JSON.parse(body) as { datetime: string }).datetime.slice(0, 7);
    send(response, { ...page([]), numberMatched: counts[month] });
  });
  const expected: number[] = [];
  const ports = {
    ...makeWebPorts(),
    report: (progress: Progress) => progress.kind === 'expected' && expected.push(progress.documents ?? Number.NaN),
  };
  const source = { datetime: '2024-01-01/2024-03-31', requests: { atOnce: 1, perSecond: null } };
  await readIds(openApi(makeStacApiSource(origin, source), ports, { shardBy: 'month' }));
  const sums = expected.map((_, place) => expected.slice(0, place + 1).reduce((sum, one) => sum + one));
  expect(sums).toEqual([12, 9, 15]);
});

test.each([
  [30, 6, 0],
  [200, 0, 1],
])('after %i pages without an item %i items are found, with so many warnings: %i', async (empty, found, warnings) => {
  const origin = await serveApi((request, _, response) => {
    const place = Number(request.url?.split('token=')[1] ?? 0);
    send(response, place === empty ? page(items) : page([], linkTo(`/search?token=${place + 1}`)));
  });
  const ports = makeWebPorts();
  expect(await readIds(openApi(makeStacApiSource(origin), ports))).toHaveLength(found);
  expect(ports.warnings).toHaveLength(warnings);
});

test('a server that heeds neither limit nor datetime gives each item once, and none that was not asked for', async () => {
  const origin = await serveApi((_, __, response) => send(response, page(items)));
  const source = makeStacApiSource(origin, { datetime: '2024-02-01/2024-05-13', pageSize: 1 });
  for (const shardBy of ['none', 'month'] as const) {
    const ports = makeWebPorts();
    expect(await readIds(openApi(source, ports, { shardBy }))).toEqual(ids(1, 4));
    expect(ports.warnings).toEqual([expect.stringContaining('from outside of 2024-02-01T00:00:00Z/2024-05-13T')]);
  }
  const shards = [1, 2, 3].map((shard) =>
    readIds(openApi(source, makeWebPorts(), { shardBy: 'month', shards: 3, shard })),
  );
  expect((await Promise.all(shards)).flat().sort()).toEqual(ids(1, 4));
});

test('a server that counts pages repeats some items where a page shrinks, and leaves none out', async () => {
  const origin = await serveApi((_, body, response) => {
    const { limit, page: number = 1 } = JSON.parse(body) as { limit: number; page?: number };
    if (number === 2 && limit > 2) return response.writeHead(413).end();
    const to = number * limit;
    const next = linkTo('/search', { body: { page: number + 1 }, merge: true });
    return send(response, page(items.slice(to - limit, to), ...(to < items.length ? [next] : [])));
  });
  expect(await readIds(openApi(makeStacApiSource(origin, { pageSize: 4 })))).toEqual([...ids(0, 4), ...ids(2, 6)]);
});

test('a page of apology in HTML, and one that is packed and cut off, are asked for again', async () => {
  let searches = 0;
  const packed = gzipSync(JSON.stringify(page(items)));
  const origin = await serveApi((_, __, response) => {
    searches += 1;
    if (searches === 1) return send(response.setHeader('content-type', 'text/html'), '<html>We will be back</html>');
    if (searches === 2) return send(response, { code: 'InternalError', description: 'no' });
    return response
      .setHeader('content-encoding', 'gzip')
      .end(searches === 3 ? packed.subarray(0, packed.length - 40) : packed);
  });
  expect(await readIds(openApi(makeStacApiSource(origin)))).toEqual(ids());
  expect(searches).toBe(4);
});

test('the address may be of IPv6, and have a query, which goes along and is not shown', async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    if (request.url?.startsWith('/v1?')) return send(response, makeLanding({ links: [] }));
    return send(response, request.url?.includes('/collections/') ? makeCollection() : page(items));
  }).listen(0, '::1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://[::1]:${(server.address() as AddressInfo).port}/v1?key=hunter2`;
  const opened = openApi(makeStacApiSource(url));
  const sources: string[] = [];
  for await (const { source } of opened.collections(new Set())) sources.push(source);
  for await (const { source } of readParts(opened)) sources.push(source);
  server.closeAllConnections();
  server.close();
  expect(asked).toEqual(['/v1?key=hunter2', '/v1/collections/scenes?key=hunter2', '/v1/search?key=hunter2']);
  expect(new Set(sources)).toEqual(
    new Set(['collections/scenes', 'search'].map((path) => url.replace(/\?.*/, `/${path}`))),
  );
  expect(await readTexts(openApi(makeStacApiSource(await serveApi((_, __, r) => send(r, page(items))))))).toHaveLength(
    7,
  );
});
