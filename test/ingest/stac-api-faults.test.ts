import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { makeCollection, makeItem } from './support/items.ts';
import { readParts } from './support/source.ts';
import { makeLanding, makeStacApiSource, openApi, page } from './support/stac-api.ts';
import { makeWebPorts, send } from './support/web.ts';

/** Items of two months, a day apart. */
const items = Array.from({ length: 60 }, (_, day) =>
  makeItem(`item-${day}`, {
    properties: { datetime: new Date(Date.UTC(2024, 0, 1 + day, 10)).toISOString().replace('.000', '') },
  }),
);

type Fault = (asked: Asked) => boolean | undefined;

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Searches so far, this one counted. */
  readonly count: number;
  readonly limit: number;
  readonly from: number;
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A STAC API by POST that pages by offset; a fault that gives true has answered. */
async function startFaulty(fault: Fault): Promise<{ url: string; limits: number[] }> {
  let count = 0;
  const limits: number[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.url === '/') return send(response, makeLanding());
    if (request.url?.startsWith('/collections/')) return send(response, makeCollection());
    const search = JSON.parse(Buffer.concat(parts).toString()) as { limit: number; token?: number; datetime: string };
    const { limit, token: from = 0, datetime } = search;
    count += 1;
    limits.push(limit);
    if (fault({ request, response, count, limit, from }) === true) return;
    const [first, last] = datetime.split('/').map(Date.parse) as [number, number];
    const found = items.filter((item) => {
      const time = Date.parse((item['properties'] as { datetime: string }).datetime);
      return time >= first && time <= last;
    });
    const next = { rel: 'next', method: 'POST', href: './search', body: { token: from + limit }, merge: true };
    return send(response, page(found.slice(from, from + limit), ...(from + limit < found.length ? [next] : [])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, limits };
}

const answer =
  (status: number, headers: Record<string, string> = {}) =>
  ({ response }: Asked) => {
    response.writeHead(status, headers).end('{"detail":"no"}');
    return true;
  };
const half = ({ response }: Asked) => {
  response.writeHead(200, { 'content-length': '100000' }).write('{"type":"FeatureCollection","features":[{"id":');
  setTimeout(() => response.destroy(), 10);
  return true;
};
const unfinished = ({ response }: Asked) => {
  send(response, '{"type":"FeatureCollection","features":[{"id":"x"},');
  return true;
};
const everySecond = (fault: (asked: Asked) => boolean) => (asked: Asked) => asked.count % 2 === 1 && fault(asked);
const above = (most: number, fault: (asked: Asked) => boolean) => (asked: Asked) => asked.limit > most && fault(asked);

/** What the server does, what comes of it, and the smallest page that was asked for. docs/ingest.md lists them. */
const faults: readonly (readonly [string, Fault, string, number])[] = [
  ['answers 429 every second time', everySecond(answer(429)), 'asked again after waiting', 20],
  ['answers 429 with Retry-After: 7', everySecond(answer(429, { 'retry-after': '7' })), 'waited for 7 s', 20],
  ['answers 503 every second time', everySecond(answer(503)), 'asked again after waiting', 20],
  ['breaks off in the middle of every second page', everySecond(half), 'asked again after waiting', 20],
  ['ends every second page in the middle, as if whole', everySecond(unfinished), 'asked again after waiting', 20],
  [
    'closes every second connection',
    everySecond(({ response }) => !!response.destroy()),
    'asked again after waiting',
    20,
  ],
  ['answers 413 to more than 6 items', above(6, answer(413)), 'smaller pages', 5],
  ['answers 500 to more than 6 items', above(6, answer(500)), 'smaller pages', 5],
  ['answers 502 to more than 6 items', above(6, answer(502)), 'smaller pages', 5],
  ['answers 504 to more than 6 items', above(6, answer(504)), 'smaller pages', 5],
  ['answers 524 to more than 6 items', above(6, answer(524)), 'smaller pages', 5],
  ['answers 503 to more than 6 items', above(6, answer(503)), 'smaller pages', 5],
  ['breaks off in pages of more than 6 items', above(6, half), 'smaller pages', 5],
  ['never answers for more than 6 items', above(6, () => true), 'smaller pages', 5],
];

test.each(faults)('a server that %s loses nothing', async (_, fault, outcome, smallest) => {
  const { url, limits } = await startFaulty(fault);
  const ports = makeWebPorts();
  const requests = { atOnce: 1, perSecond: null };
  const source = makeStacApiSource(url, { datetime: '2024-01-01/2024-03-31', pageSize: 20, requests });
  const opened = openApi(source, ports, { shardBy: 'month', timeoutMs: 400 });
  const ids: string[] = [];
  for await (const { bytes } of readParts(opened)) ids.push((JSON.parse(bytes.toString()) as { id: string }).id);
  expect(ids).toEqual(items.map(({ id }) => id));
  expect(Math.min(...limits)).toBe(smallest);
  // What it failed on does not come back with the next page, but once with each of the three windows.
  if (outcome === 'smaller pages') expect(limits.filter((limit) => limit > 6).length).toBeLessThanOrEqual(10);
  expect(ports.retries.length).toBeGreaterThan(0);
  if (outcome === 'waited for 7 s') expect(ports.waits).toContain(7000);
});

test('what a host asks for holds for every window that is read from it', async () => {
  const starts: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      now = Math.max(now, now + milliseconds);
    },
  };
  const { url } = await startFaulty(({ count, response }) => {
    starts.push(now);
    return count === 1 ? answer(429, { 'retry-after': '30' })({ response } as Asked) : undefined;
  });
  const source = makeStacApiSource(url, {
    datetime: '2024-01-01/2024-12-31',
    requests: { atOnce: 1, perSecond: null },
  });
  const opened = openApi(source, { ...makeWebPorts(), clock }, { shardBy: 'month' });
  for await (const _ of readParts(opened));
  expect(starts.length).toBeGreaterThan(12);
  expect(starts.slice(1).every((start) => start >= 30_000)).toBe(true);
});

test('no more requests than the spec says run at once, and no more a second', async () => {
  let [running, most] = [0, 0];
  const starts: number[] = [];
  const { url } = await startFaulty(({ response }) => {
    running += 1;
    most = Math.max(most, running);
    starts.push(performance.now());
    response.on('close', () => {
      running -= 1;
    });
    return undefined;
  });
  const real = { now: Date.now, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) };
  const source = makeStacApiSource(url, { datetime: '2024-01-01/2024-12-31', requests: { atOnce: 3, perSecond: 50 } });
  for await (const _ of readParts(openApi(source, { ...makeWebPorts(), clock: real }, { shardBy: 'month' })));
  expect(most).toBeLessThanOrEqual(3);
  expect((starts.at(-1) as number) - (starts[0] as number)).toBeGreaterThan((starts.length - 1) * 20 * 0.8);
});
