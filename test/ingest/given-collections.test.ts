import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import type { Databases } from './support/databases.ts';
import { type IngestOptions, ingest } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';
import { makeLanding, makeStacApiSource, page } from './support/stac-api.ts';
import { send, serve } from './support/web.ts';

const given = makeCollection({ description: 'Given.', item_assets: { image: { roles: ['data'] } } });
const files = { kind: 'files' as const, files: ['source.ndjson'] };

function write(files: Readonly<Record<string, string>>): string {
  const folder = makeTemporaryFolder('given');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const describeCollections = async ({ pgstac }: Databases) =>
  await rowsOf(pgstac, `SELECT id, content->>'description' AS description FROM pgstac.collections ORDER BY id`);

describeWith(['postgres15', 'python'], 'collections that the spec gives', () => {
  const { make } = useServer(['0.9.11']);

  test('are there before the items, and their place is not taken by those of the source', async () => {
    const databases = await make();
    const folder = write({
      'given.json': JSON.stringify(given, null, 2),
      'other.json': JSON.stringify(makeCollection({ id: 'other', description: 'Nobody names it.' })),
      // At the start of the file, where the source's own are put early, and among the items.
      'source.ndjson': lines(
        makeCollection(),
        makeItem('1'),
        makeCollection(),
        makeCollection({ id: 'more' }),
        makeItem('2'),
      ),
    });
    const options: IngestOptions = { collections: ['*.json'] };
    const run = async (more: IngestOptions = {}) =>
      (await ingest(files, makePorts(databases, folder), { ...options, ...more })).counts;
    expect(await run()).toMatchObject({ read: 2, inserted: 2, quarantined: 0 });
    const expected = [
      { id: 'more', description: 'Scenes.' },
      { id: 'other', description: 'Nobody names it.' },
      { id: 'scenes', description: 'Given.' },
    ];
    expect(await describeCollections(databases)).toEqual(expected);
    // The source's own has no item_assets: to put it over items that are stored beside them would be refused.
    expect(await run({ skip: false, shards: 2 })).toMatchObject({ read: 2, updated: 2, quarantined: 0 });
    expect(await describeCollections(databases)).toEqual(expected);
  });

  test('come from the web as well, and an API is not asked for them', async () => {
    const databases = await make();
    const asked: string[] = [];
    const origin = await serve((request, _body, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/given.json?signature=secret') return send(response, given);
      if (request.url === '/') return send(response, makeLanding());
      if (request.url === '/collections/more') return send(response, makeCollection({ id: 'more' }));
      if (request.url === '/search')
        return send(response, page([makeItem('1'), makeItem('2', { collection: 'more' })]));
      response.statusCode = 404;
      return response.end();
    });
    const source = makeStacApiSource(origin, { collections: ['scenes', 'more'] });
    const ports = makePorts(databases, write({}));
    const { counts } = await ingest(source, ports, { collections: [`${origin}/given.json?signature=secret`] });
    expect(counts).toMatchObject({ read: 2, inserted: 2, quarantined: 0 });
    expect(await describeCollections(databases)).toEqual([
      { id: 'more', description: 'Scenes.' },
      { id: 'scenes', description: 'Given.' },
    ]);
    expect(asked.filter((path) => path.startsWith('/collections'))).toEqual(['/collections/more']);
  });

  test.each([
    ['an item', lines(makeItem('1')), 'given.ndjson, line 1 is no collection: it is an item'],
    ['no JSON', lines(given, '{'), 'given.ndjson, line 2 is no collection: expected a key in double quotes'],
    ['a collection without an id', lines(makeCollection({ id: 7 })), 'the collection has no id that can be stored'],
  ])('that are %s end the run before anything is loaded', async (_what, text, message) => {
    const databases = await make();
    const folder = write({ 'given.ndjson': text, 'source.ndjson': lines(makeCollection(), makeItem('1')) });
    const run = ingest(files, makePorts(databases, folder), { collections: ['given.ndjson'] });
    await expect(run).rejects.toMatchObject({ kind: 'source', message: expect.stringContaining(message) });
    expect(await rowsOf(databases.pgstac, 'SELECT id FROM pgstac.items')).toEqual([]);
  });

  test('that are not there end the run', async () => {
    const folder = write({ 'source.ndjson': lines(makeCollection(), makeItem('1')) });
    const run = ingest(files, makePorts(await make(), folder), { collections: ['none.json'] });
    await expect(run).rejects.toMatchObject({ kind: 'source', message: 'cannot read none.json: it is not there' });
  });
});
