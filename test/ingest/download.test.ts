import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openFiles } from '../../src/ingest/source/files.ts';
import { startFakeGcs } from '../support/fake-gcs.ts';
import { makeRandom } from '../support/hostile.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeItem } from './support/items.ts';
import { makeFilePorts } from './support/ports.ts';
import { readParts } from './support/source.ts';

const COUNT = 4000;
const ids = Array.from({ length: COUNT }, (_, place) => `item-${place}`);
const content = Buffer.from(ids.map((id) => `${JSON.stringify(makeItem(id))}\n`).join(''));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void;

/** A real server on loopback; gives the address of its file. */
async function serve(answer: Answer, name = 'items.ndjson'): Promise<string> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response, asked);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}?token=secret`;
}

async function readIds(url: string, ports = makeFilePorts(makeTemporaryFolder('none'))): Promise<string[]> {
  const read: string[] = [];
  for await (const { bytes, source } of readParts(openFiles([url], ports))) {
    expect(source).not.toContain('secret');
    read.push((JSON.parse(bytes.toString()) as { id: string }).id);
  }
  return read;
}

/** Sends a part of a body, then breaks the connection. */
function breakOff(response: ServerResponse, part: Buffer): void {
  response.write(part, () => setTimeout(() => response.destroy(), 5));
}

interface Ranged {
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many bytes of this answer arrive; null for all. */
  readonly breakAfter: (asked: number) => number | null;
  readonly ranges?: boolean;
}

/** A server as most are: a range is answered where the tag is still the file's. */
function answerRanges({ body = content, headers = { etag: '"1"' }, breakAfter, ranges = true }: Ranged): Answer {
  return (request, response, asked) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const isPart = ranges && from > 0 && request.headers['if-range'] === headers['etag'];
    const sent = isPart ? body.subarray(from) : body;
    response.writeHead(isPart ? 206 : 200, {
      ...headers,
      'content-length': sent.length,
      ...(isPart ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
    });
    const most = breakAfter(asked);
    if (most === null) response.end(sent);
    else breakOff(response, sent.subarray(0, most));
  };
}

describe('a download that breaks in the middle', () => {
  const random = makeRandom(7);
  test.each([
    ['goes on where it was', {}],
    ['starts over where the server knows no ranges', { ranges: false }],
    ['starts over where nothing tells one state of the file from another', { headers: {} }],
    ['starts over where the tag is a weak one', { headers: { etag: 'W/"1"' } }],
  ])('%s, and gives each item once', async (_, changes) => {
    let all = 0;
    const breakAfter = (asked: number) => {
      all = asked;
      return asked < 6 ? random(content.length / 10) : null;
    };
    const url = await serve(answerRanges({ ...changes, breakAfter }));
    expect(await readIds(url)).toEqual(ids);
    expect(all).toBe(6);
  });

  test('is given up after eight attempts without a byte, and named without its query', async () => {
    let all = 0;
    const breakAfter = (asked: number) => {
      all = asked;
      return asked === 1 ? 1000 : 0;
    };
    const url = await serve(answerRanges({ breakAfter }));
    const error = await readIds(url).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'source', message: expect.stringMatching(/items\.ndjson: /) });
    expect(String(error)).not.toContain('secret');
    expect(all).toBe(8);
  });

  test.each([
    [
      'by its tag',
      answerRanges({
        headers: { etag: '"2"' },
        body: Buffer.from(content.toString().replaceAll('item-', 'ITEM-')),
        breakAfter: () => null,
      }),
    ],
    [
      'by its bytes',
      answerRanges({
        headers: {},
        body: Buffer.from(content.toString().replaceAll('item-', 'ITEM-')),
        breakAfter: () => null,
      }),
    ],
    ['since it is shorter', answerRanges({ headers: {}, body: content.subarray(0, 5000), breakAfter: () => null })],
    ['since it is gone', (_: IncomingMessage, response: ServerResponse) => response.writeHead(404).end()],
    [
      'since the part is of another length',
      (_: IncomingMessage, response: ServerResponse) =>
        response.writeHead(206, { 'content-range': 'bytes 50000-50001/50002' }).end('xx'),
    ],
  ])('and is another file by then is a failure, %s', async (_, later: Answer) => {
    const first = answerRanges({ breakAfter: () => 50_000 });
    const url = await serve((request, response, asked) => (asked === 1 ? first : later)(request, response, asked));
    await expect(readIds(url)).rejects.toMatchObject({
      message: expect.stringContaining('changed while it was being read'),
    });
  });

  test('packed, and packed on the way', async () => {
    const packed = gzipSync(content);
    const breakAfter = (asked: number) => (asked < 4 ? 20_000 : null);
    expect(await readIds(await serve(answerRanges({ body: packed, breakAfter }), 'items.ndjson.gz'))).toEqual(ids);
    const headers = { etag: '"1"', 'content-encoding': 'gzip' };
    expect(await readIds(await serve(answerRanges({ body: packed, headers, ranges: false, breakAfter })))).toEqual(ids);
  });

  test('in chunks of no known length', async () => {
    const url = await serve((_, response, asked) => {
      response.writeHead(200);
      if (asked === 1) breakOff(response, content.subarray(0, 100_000));
      else response.end(content);
    });
    expect(await readIds(url)).toEqual(ids);
  });
});

describe('an answer that is no file', () => {
  test('without an end that could be told from a break is refused', async () => {
    const server = createSocketServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n{"type":"Feature","id":"1"}\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/items.ndjson`;
      await expect(readIds(url)).rejects.toMatchObject({
        message: expect.stringContaining('a broken connection would look like its end'),
      });
    } finally {
      server.close();
    }
  });

  test.each([
    [
      '404',
      (response: ServerResponse) => response.writeHead(404).end('nothing here'),
      'items.ndjson answers 404: nothing here',
    ],
    ['HTML', (response: ServerResponse) => response.end('\n<!DOCTYPE html><p>{}'), 'answers with a web page'],
  ])('%s is a failure', async (_, answer, message) => {
    const url = await serve((__, response) => answer(response));
    const error = await readIds(url).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'source', message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('secret');
  });

  test('is waited for where the server says so', async () => {
    const url = await serve((_, response, asked) =>
      asked === 1 ? response.writeHead(429, { 'retry-after': '3' }).end() : response.end(content),
    );
    const waits: number[] = [];
    const clock = { now: () => 0, sleep: async (wait: number) => void waits.push(wait) };
    expect(await readIds(url, makeFilePorts('.', { clock }))).toEqual(ids);
    expect(waits).toEqual([3000]);
  });

  test('empty is a file without items', async () => {
    expect(await readIds(await serve((_, response) => response.end()))).toEqual([]);
  });
});

describe('files in Cloud Storage', () => {
  test('are found by globs, read whole through breaks, and not at all once they changed', async () => {
    const origin = await startFakeGcs('scenes');
    const put = (name: string, body: Buffer) =>
      fetch(`${origin}/upload/storage/v1/b/scenes/o?uploadType=media&name=${encodeURIComponent(name)}`, {
        method: 'POST',
        body: new Uint8Array(body),
      });
    await put('2024/b é.ndjson.gz', gzipSync(content.subarray(0, content.indexOf('\n') + 1)));
    await put('2024/deep/c.ndjson', Buffer.from(`${JSON.stringify(makeItem('c'))}\n`));
    await put('2024/a.ndjson', content);
    await put('2023/z.ndjson', content);
    const objects = { origin, authorize: async () => ({}) };
    const read = async (pattern: string, fetchPort = (url: string, request: object) => fetch(url, request)) =>
      await readIds(pattern, makeFilePorts('.', { objects, fetch: fetchPort }));
    let broken = 0;
    let between = async (): Promise<unknown> => undefined;
    const breaking = async (url: string, request: object) => {
      const response = await fetch(url, request);
      if (!url.includes('a.ndjson') || broken++ >= 3) return response;
      const bytes = Buffer.from(await response.arrayBuffer()).subarray(0, 100_000);
      await between();
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(bytes);
        },
        pull: (controller) => controller.error(new TypeError('terminated')),
      });
      return new Response(body, response);
    };
    expect(await read('gs://scenes/2024/*', breaking)).toEqual([...ids, 'item-0']);
    expect(broken).toBe(4);
    expect(await read('gs://scenes/2024/**/*.ndjson')).toEqual([...ids, 'c']);
    expect(await read('gs://scenes/2024/b é.ndjson.gz')).toEqual(['item-0']);
    await expect(read('gs://scenes/2022/*')).rejects.toMatchObject({ message: 'no file matches gs://scenes/2022/*' });
    await expect(read('gs://scenes/none.json')).rejects.toMatchObject({
      message: expect.stringContaining('gs://scenes/none.json answers 404'),
    });
    broken = 0;
    between = () => put('2024/a.ndjson', content.subarray(0, 200_000));
    await expect(read('gs://scenes/2024/a.ndjson', breaking)).rejects.toMatchObject({
      message: 'gs://scenes/2024/a.ndjson changed while it was being read',
    });
  });
});
