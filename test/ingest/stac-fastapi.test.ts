import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { describeWith } from '../support/needs.ts';
import { pythonTool, stacFastapi } from '../support/python.ts';
import { sharedRoot } from '../support/root.ts';
import { type StacFastapi, startStacFastapi } from '../support/stac-fastapi.ts';
import { makeServerDatabase } from './support/databases.ts';
import { ingest, makePlan } from './support/ingest.ts';
import { describeDatabase, itemsOf, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';
import { makeStacApiSource } from './support/stac-api.ts';

const collection = 'landsat-8-c2-l2';
/** A year of its four, to the end of its items. */
const first = '2021-07-01';
const isAsked = ({ content }: { readonly content: Record<string, unknown> }) =>
  (content['properties'] as { datetime: string }).datetime >= first;

type Row = Awaited<ReturnType<typeof itemsOf>>[number];

describeWith(['postgres15', 'python', 'sharedData'], 'stac-fastapi-pgstac with real items', () => {
  const suite = useServer(['0.9.11']);
  let api: StacFastapi;
  let original: readonly Row[];

  beforeAll(async () => {
    await pythonTool(stacFastapi);
    const databases = await makeServerDatabase(suite.server, 'source', '0.9.11');
    const files = ['collection.json', 'items.ndjson'];
    await ingest({ kind: 'files', files }, makePorts(databases, join(sharedRoot, 'data', collection)));
    original = (await itemsOf(databases.pgstac)).filter(isAsked);
    await databases.close();
    api = await startStacFastapi(suite.server, 'source');
  }, 900_000);
  afterAll(() => api?.stop());

  const source = (changes = {}) =>
    makeStacApiSource(api.url, {
      ...{
        collections: [collection],
        datetime: `${first}/2022-06-30`,
        pageSize: 3,
        requests: { atOnce: 4, perSecond: null },
      },
      ...changes,
    });

  /** The API writes the links anew. */
  const withoutLinks = (rows: readonly Row[]) =>
    rows.map(({ content: { links: _, ...content }, ...row }) => ({ ...row, content }));

  test('every item comes over as it was, by windows, in one shard or in four, and after a stop in the middle', async () => {
    const one = await suite.make();
    await ingest(source(), makePorts(one, '.'));
    expect(withoutLinks(await itemsOf(one.pgstac))).toEqual(withoutLinks(original));
    const whole = await describeDatabase(one.pgstac);

    const four = await suite.make();
    const { counts } = await ingest(source(), makePorts(four, '.'), { shards: 4 });
    expect(counts).toMatchObject({ read: original.length, inserted: original.length, unchanged: 0 });
    expect(await describeDatabase(four.pgstac)).toEqual(whole);

    const stopped = await suite.make();
    const stop = new AbortController();
    const readDone = () => rowsOf<{ part: string }>(stopped.pgstac, 'SELECT part FROM platform.part');
    const asked: string[] = [];
    const stopping = makePorts(stopped, '.', {
      signal: stop.signal,
      fetch: async (url, request) => {
        if ((await readDone()).length >= 3) stop.abort();
        return await fetch(url, request);
      },
    });
    const plan = await makePlan(source(), stopping);
    await expect(runIngestion(plan, stopping)).rejects.toMatchObject({ kind: 'interrupted' });
    const done = await readDone();
    expect(done.length).toBeGreaterThanOrEqual(3);
    expect((await itemsOf(stopped.pgstac)).length).toBeLessThan(original.length);
    const again = makePorts(stopped, '.', {
      fetch: (url, request) => {
        const body = JSON.parse(String(request.body ?? '{}')) as { datetime?: string };
        asked.push(`${collection} ${body.datetime}`);
        return fetch(url, request);
      },
    });
    await runIngestion(plan, again);
    await finishRun(plan.run.run, again);
    expect(await describeDatabase(stopped.pgstac)).toEqual(whole);
    expect(asked.length).toBeGreaterThan(0);
    for (const { part } of done) expect(asked).not.toContain(part);
  }, 120_000);

  test('query, filter, intersects, ids and sortby narrow what is asked for; by GET alike', async () => {
    const [one] = original as [Row];
    const cover = (row: Row) => (row.content['properties'] as Record<string, number>)['eo:cloud_cover'] as number;
    const clear = original.filter((row) => cover(row) < 20).map(({ id }) => id);
    const read = async (changes: object, byGet = false) => {
      const databases = await suite.make();
      const ports = makePorts(databases, '.', {
        fetch: async (url, request) =>
          byGet && request.method === 'POST' ? new Response('', { status: 405 }) : await fetch(url, request),
      });
      await ingest(source({ pageSize: 100, ...changes }), ports, { shardBy: 'none' });
      return (await itemsOf(databases.pgstac)).map(({ id }) => id);
    };
    const filter = { op: '<', args: [{ property: 'eo:cloud_cover' }, 20] };
    expect(clear.length).toBeGreaterThan(0);
    expect(await read({ query: { 'eo:cloud_cover': { lt: 20 } } })).toEqual(clear);
    expect(await read({ filter })).toEqual(clear);
    expect(await read({ filter }, true)).toEqual(clear);
    expect(await read({ ids: [one.id] })).toEqual([one.id]);
    const sortby = [{ field: 'properties.eo:cloud_cover', direction: 'desc' }];
    expect(await read({ sortby, query: { 'eo:cloud_cover': { lt: 20 } } }, true)).toEqual(clear);
    expect(await read({ intersects: { type: 'Point', coordinates: [0, -89] } })).toEqual([]);
  }, 120_000);
});
