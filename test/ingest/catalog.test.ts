import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { judgeDocument } from '../../src/ingest/item/judge.ts';
import { JsonScanner } from '../../src/ingest/json/scan.ts';
import { openCatalog } from '../../src/ingest/source/catalog.ts';
import { resolveLink } from '../../src/ingest/source/catalog-link.ts';
import { openSource } from '../../src/ingest/source/open-source.ts';
import { startFakeGcs } from '../support/fake-gcs.ts';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { ingest } from './support/ingest.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { rowsOf } from './support/load.ts';
import { makeFilePorts, makePorts, realClock } from './support/ports.ts';
import { useServer } from './support/server.ts';
import { readParts } from './support/source.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: (path: string, response: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, response) => void answer((request.url ?? '').replace(/[?].*/, ''), response));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const link = (rel: 'child' | 'item', href: string) => ({ rel, href });
const catalogOf = (...links: object[]) => ({ type: 'Catalog', id: 'catalog', links });
const send = (response: ServerResponse, value: unknown) => response.end(JSON.stringify(value));

/** The ids of items and collections; `! SOURCE` for what the judge quarantines. */
async function walk(location: string, ports = makeFilePorts(makeTemporaryFolder('none'))): Promise<string[]> {
  const scanner = new JsonScanner();
  const met: string[] = [];
  for await (const document of readParts(openCatalog(location, ports))) {
    const judged = judgeDocument(document, scanner);
    expect(document.source).not.toContain('secret');
    met.push(
      judged.kind === 'bad' ? `${judged.reason} ${document.source} ${document.place}: ${judged.message}` : judged.id,
    );
  }
  return met;
}

describe('a catalog on the web', () => {
  test('is fetched several documents at a time, and given in the order of its links', async () => {
    const random = makeRandom(3);
    let [running, most] = [0, 0];
    const range = (count: number) => Array.from({ length: count }, (_, place) => place);
    const origin = await serve(async (path, response) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(random(12));
      running -= 1;
      const [, month, item] = /^\/(\d+)\/(\d+|c)\.json$/.exec(path) ?? [];
      if (month === undefined)
        return send(response, catalogOf(...range(5).map((at) => link('child', `${at}/c.json?token=secret`))));
      if (item !== 'c') return send(response, makeItem(`${month}-${item}`));
      return send(
        response,
        catalogOf(...range(60).map((at) => link('item', `./${at}.json`)), link('child', '/catalog.json')),
      );
    });
    const expected = range(5).flatMap((month) => range(60).map((item) => `${month}-${item}`));
    expect(await walk(`${origin}/catalog.json`)).toEqual(expected);
    expect(most).toBeGreaterThan(8);
    expect(most).toBeLessThanOrEqual(16);
  });

  test('is left alone for as long as it asks one request to stay away', async () => {
    const asked: number[] = [];
    let told = 0;
    const origin = await serve(async (path, response) => {
      if (path === '/catalog.json') return send(response, catalogOf(link('item', '1.json'), link('item', '2.json')));
      asked.push(Date.now());
      if (asked.length > 2) return send(response, makeItem(path.slice(1, 2)));
      if (path === '/1.json') {
        told = Date.now();
        return response.writeHead(429, { 'retry-after': '1' }).end();
      }
      // By itself it would be asked for again after half a second at most.
      await sleep(50);
      return response.writeHead(503).end();
    });
    const options = { periods: [], shard: 1, shards: 1, shardBy: 'none', limit: null, planned: 0n } as const;
    const ports = makeFilePorts(makeTemporaryFolder('none'), { clock: realClock });
    const read: string[] = [];
    for await (const { bytes } of readParts(
      openSource({ kind: 'catalog', location: `${origin}/catalog.json` }, { ...options, ports }),
    ))
      read.push((JSON.parse(bytes.toString()) as { id: string }).id);
    expect(read).toEqual(['1', '2']);
    expect(asked.slice(2).map((moment) => moment - told >= 950)).toEqual([true, true]);
  });

  test('with links that lead nowhere names them and goes on', async () => {
    const origin = await serve((path, response) => {
      if (path === '/catalog.json')
        return send(
          response,
          catalogOf(
            ...[link('item', 'gone.json?token=secret'), link('item', '1.json'), link('item', 'http://[bad')],
            ...[link('child', 'page.json'), link('item', 'ftp://a/b.json'), link('item', '2.json')],
          ),
        );
      if (path === '/page.json') return response.end('<html></html>');
      const id = /^\/(\d)\.json$/.exec(path)?.[1];
      return id === undefined ? response.writeHead(404).end() : send(response, makeItem(id));
    });
    const root = `${origin}/catalog.json`;
    expect(await walk(root)).toEqual([
      `brokenLink ${origin}/gone.json link 1: the link gone.json in ${root} leads nowhere: ${origin}/gone.json answers 404`,
      '1',
      `brokenLink ${root} link 3: the link http://[bad in ${root} leads nowhere: ${root}: the link http://[bad is no path or web URL`,
      `brokenLink ${origin}/page.json link 4: the link page.json in ${root} leads nowhere: ${origin}/page.json answers with a web page, not with items`,
      `brokenLink ${root} link 5: the link ftp://a/b.json in ${root} leads nowhere: ${root}: the link ftp://a/b.json is no path or web URL`,
      '2',
    ]);
  });

  test('that falls silent is a failure, not a quarantine full of links', async () => {
    const links = Array.from({ length: 50 }, (_, at) => link('item', `${at}.json`));
    const origin = await serve((path, response) =>
      path === '/catalog.json' ? send(response, catalogOf(...links)) : response.writeHead(503).end(),
    );
    await expect(walk(`${origin}/catalog.json`)).rejects.toMatchObject({ message: `${origin}/7.json answers 503` });
  });

  test('that never ends, since whatever is asked for is another catalog, is a failure', async () => {
    const origin = await serve((_, response) => send(response, catalogOf(link('child', 'deeper/catalog.json'))));
    await expect(walk(`${origin}/catalog.json`)).rejects.toMatchObject({
      message: expect.stringContaining('lies more than 64 links below'),
    });
  });

  test('is walked from where it is behind redirects', async () => {
    const origin = await serve((path, response) => {
      if (path === '/start') return response.writeHead(302, { location: '/deep/catalog.json' }).end();
      return path === '/deep/catalog.json'
        ? send(response, catalogOf(link('item', '1.json')))
        : path === '/deep/1.json'
          ? send(response, makeItem('1'))
          : response.writeHead(404).end();
    });
    expect(await walk(`${origin}/start`)).toEqual(['1']);
  });
});

test('a catalog in Cloud Storage is walked by the names of its objects', async () => {
  const origin = await startFakeGcs('stac');
  const put = (name: string, value: object) =>
    fetch(`${origin}/upload/storage/v1/b/stac/o?uploadType=media&name=${encodeURIComponent(name)}`, {
      method: 'POST',
      body: JSON.stringify(value),
    });
  await put(
    'a/catalog.json',
    catalogOf(link('child', './b%20c/collection.json'), link('item', 'gs://stac/x/3.json'), link('item', 'none.json')),
  );
  await put('a/b c/collection.json', makeCollection({ links: [link('item', '../1.json'), link('item', '/x/2.json')] }));
  await put('a/1.json', makeItem('1'));
  await put('x/2.json', makeItem('2'));
  await put('x/3.json', makeItem('3'));
  const met = await walk(
    'gs://stac/a/catalog.json',
    makeFilePorts('.', { objects: { origin, authorize: async () => ({}) } }),
  );
  expect(met.slice(0, -1)).toEqual(['scenes', '1', '2', '3']);
  expect(met.at(-1)).toMatch(/^brokenLink gs:\/\/stac\/a\/none\.json link 3: .*gs:\/\/stac\/a\/none\.json answers 404/);
});

test.each([
  ['../x.json', 'a/b/c.json', 'a/x.json'],
  ['./x%20y%3F.json?a=1#b', 'a/c.json', 'a/x y?.json'],
  ['/x.json', 'a/c.json', '/x.json'],
  ['x.json?sig=1', 'https://h/a/c.json?sig=2', 'https://h/a/x.json?sig=1'],
  ['//h2/x.json', 'https://h/a/c.json', 'https://h2/x.json'],
  ['https://h/x.json', 'a/c.json', 'https://h/x.json'],
  ['../../../x.json', 'gs://b/a/c.json', 'gs://b/x.json'],
  ['gs://other/x.json', 'a/c.json', 'gs://other/x.json'],
])('the link %s in %s is %s', (href, from, resolved) => {
  expect(resolveLink(href, from)).toBe(resolved);
});

describeWith(['postgres15', 'python'], 'a run of a catalog', () => {
  const { make } = useServer(['0.9.11']);

  test('keeps a link that leads nowhere in quarantine until it leads somewhere', async () => {
    const databases = await make();
    const folder = makeTemporaryFolder('catalog');
    const write = (path: string, value: object) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), JSON.stringify(value));
    };
    write('catalog.json', catalogOf(link('child', 's/collection.json'), link('child', 'later/collection.json')));
    write('s/collection.json', makeCollection({ links: [link('item', '1.json'), link('item', '2.json')] }));
    write('s/2.json', makeItem('2'));
    const source = { kind: 'catalog', location: 'catalog.json' } as const;
    const run = async () => (await ingest(source, makePorts(databases, folder))).counts;
    const quarantine = async () =>
      await rowsOf(databases.pgstac, 'SELECT reason, source, message FROM platform.quarantine ORDER BY source');
    expect(await run()).toMatchObject({ read: 3, inserted: 1, quarantined: 2 });
    expect(await quarantine()).toEqual([
      {
        reason: 'brokenLink',
        source: 'later/collection.json',
        message:
          'link 2: the link later/collection.json in catalog.json leads nowhere: cannot read later/collection.json: it is not there',
      },
      {
        reason: 'brokenLink',
        source: 's/1.json',
        message: 'link 1: the link 1.json in s/collection.json leads nowhere: cannot read s/1.json: it is not there',
      },
    ]);
    write('s/1.json', makeItem('1'));
    expect(await run()).toMatchObject({ read: 3, inserted: 1, unchanged: 1, quarantined: 1 });
    expect(await quarantine()).toHaveLength(1);
    write('later/collection.json', makeCollection({ id: 'later' }));
    expect(await run()).toMatchObject({ read: 2, unchanged: 2, quarantined: 0 });
    expect(await quarantine()).toEqual([]);
  });
});
