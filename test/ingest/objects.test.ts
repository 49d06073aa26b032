import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseObjectUrl } from '../../src/ingest/objects/location.ts';
import { listObjects, type ObjectPorts, statObject } from '../../src/ingest/objects/objects.ts';
import { putObject } from '../../src/ingest/objects/upload.ts';
import type { FetchPort } from '../../src/ingest/ports.ts';
import { startFakeGcs } from '../support/fake-gcs.ts';

let origin: string;
beforeAll(async () => {
  origin = await startFakeGcs('items');
});

function makeObjectPorts(fetchPort: FetchPort = (url, request) => fetch(url, request)): ObjectPorts {
  return {
    objects: { origin, authorize: async () => ({}) },
    fetch: fetchPort,
    clock: { now: () => Date.now(), sleep: async () => undefined },
    report: () => undefined,
    signal: new AbortController().signal,
  };
}

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function fetchObject(name: string): Promise<Buffer> {
  const url = `${origin}/storage/v1/b/items/o/${encodeURIComponent(name)}?alt=media`;
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('objects of Cloud Storage', () => {
  test('are written, found and listed by their names as they are', async () => {
    const ports = makeObjectPorts();
    for (const name of ['a/1 é%20?.json', 'a/2.json', 'b/3.json'])
      await putObject({ bucket: 'items', name }, { type: 'application/json', body: cut(Buffer.from(name), 3) }, ports);
    const listed: string[] = [];
    for await (const { name, size } of listObjects({ bucket: 'items', name: 'a/' }, ports))
      listed.push(`${name} ${size}`);
    expect(listed).toEqual(['a/1 é%20?.json 15', 'a/2.json 8']);
    expect(await statObject({ bucket: 'items', name: 'b/3.json' }, ports)).toMatchObject({ name: 'b/3.json', size: 8 });
    expect(await statObject({ bucket: 'items', name: 'none' }, ports)).toBeNull();
  });

  test.each([0, 1, 8 * 1024 * 1024, 20_000_001])('of %i bytes arrive whole', async (size) => {
    const bytes = randomBytes(size);
    const name = `size-${size}`;
    const state = await putObject(
      { bucket: 'items', name },
      { type: 'x/y', body: cut(bytes, 700_001) },
      makeObjectPorts(),
    );
    expect(state).toMatchObject({ name, size });
    expect(digest(await fetchObject(name))).toBe(digest(bytes));
  });

  test('arrive whole though connections break before and after the server has a part', async () => {
    const bytes = randomBytes(20_000_001);
    let asked = 0;
    let held = 0;
    const ports = makeObjectPorts(async (url, request) => {
      asked += 1;
      if (asked % 3 === 0) throw new TypeError('fetch failed');
      // fake-gcs takes this question for the end of the upload; Cloud Storage answers it so.
      const isQuestion = request.headers['content-range'] === 'bytes */*';
      const response = isQuestion
        ? new Response(null, { status: 308, headers: { range: `bytes=0-${held - 1}` } })
        : await fetch(url, request);
      held = Number(/-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1] ?? held - 1) + 1;
      if (asked % 4 === 0) throw new TypeError('fetch failed');
      return response;
    });
    const body = cut(bytes, 700_001);
    const state = await putObject({ bucket: 'items', name: 'broken' }, { type: 'x/y', body }, ports);
    expect(state.size).toBe(bytes.length);
    expect(asked).toBeGreaterThan(6);
    expect(digest(await fetchObject('broken'))).toBe(digest(bytes));
  });

  test('that are refused are named by their gs: address', async () => {
    const listing = listObjects({ bucket: 'no-such', name: 'x' }, makeObjectPorts()).next();
    await expect(listing).rejects.toMatchObject({ kind: 'source', message: expect.stringContaining('gs://no-such/x') });
  });
});

test.each([
  ['gs://b/a/b.json', { bucket: 'b', name: 'a/b.json' }],
  ['gs://b', { bucket: 'b', name: '' }],
  ['gs://b/a?b#c d', { bucket: 'b', name: 'a?b#c d' }],
  ['gs:///a', null],
  ['https://b/a', null],
  ['a/b', null],
])('%s', (text, location) => {
  expect(parseObjectUrl(text)).toEqual(location);
});
