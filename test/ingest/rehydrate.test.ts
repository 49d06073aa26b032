import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { makeRunId } from '../../src/ingest/run/planned-run.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { type Databases, type PgstacVersion, pgstacVersions, pypgstac } from './support/databases.ts';
import { type IngestOptions, ingest } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { describeDatabase, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const bands = [
  { name: 'B1', gsd: 10, offset: 1.0 },
  { name: 'B2', gsd: 20 },
];
const image = { type: 'image/tiff', roles: ['data'], 'eo:bands': bands, scale: 0.0001 };
const oldCollection = makeCollection({ item_assets: { image, gone: { roles: ['old'] }, path: { note: 'C:\\old' } } });
const changed = {
  ...image,
  roles: ['data', 'visual'],
  'eo:bands': [
    { name: 'B1', gsd: 60 },
    { name: 'B9', gsd: 20 },
  ],
};
const newCollection = makeCollection({
  stac_version: '1.1.0',
  title: 'Another',
  item_assets: { image: { ...changed, nodata: 0 }, path: { note: 'C:\\new' }, fresh: { roles: ['new'], list: [1, 2] } },
});

const href = 'https://example.org/a.tif';
const at = (day: number) => `2024-0${1 + (day % 3)}-${10 + (day % 15)}T00:00:00Z`;
/** Equal to the base, more than it, less, another kind, other lengths; what numbers and nulls must stay as they are. */
const assets: readonly object[] = [
  { image: { href, ...image }, gone: { href, roles: ['old'] } },
  { image: { href, ...image, nodata: 0 } },
  { image: { href, type: 'image/tiff' } },
  { image: { href, ...image, 'eo:bands': [bands[0]] } },
  { image: { href, ...image, 'eo:bands': [{ name: 'B1' }, { name: 'B2', gsd: 60 }] } },
  { image: { href, ...changed } },
  { image: { href, ...image, roles: [] }, fresh: { href, list: [1] } },
  { path: { href, note: 'C:\\old' }, other: { href, title: 'a "quoted" \\ and 𒍟' } },
  { path: { href, note: null, more: { deep: null } } },
  {},
];
const items = assets.map((one, place) =>
  makeItem(`item-${place}`, { assets: one, properties: { datetime: at(place) } }),
);
/** As text: no parser of JavaScript may see these numbers. */
const precise = JSON.stringify(makeItem('precise', { assets: { image: { href, ...image } } })).replace(
  '"properties":{',
  '"properties":{"big":12345678901234567890,"one":1.0,"small":1.50e-7,"nothing":null,',
);
/** Without backslashes, which pypgstac damages. */
const foreign = items.flatMap((item, place) =>
  JSON.stringify(item).includes('\\\\') ? [] : [{ ...item, id: `foreign-${place}` }],
);

const source = { kind: 'files', files: ['collection.json', 'items.ndjson'] } as const;

/** What clients see of every item, by both of pgSTAC's ways, and how it stands in the ledger. */
async function readAll(database: Database): Promise<object> {
  return await database.transaction(async (session) => {
    await session.query(`SELECT set_config('search_path', 'pgstac, public', true)`);
    const read = (sql: string) => session.query(sql);
    return {
      items: await read('SELECT id, get_item(id, collection)::text AS item FROM items ORDER BY id COLLATE "C"'),
      found: await read(
        `SELECT f->>'id' AS id, f::text FROM jsonb_array_elements(search('{"limit": 1000}')->'features') f ORDER BY 1`,
      ),
      ledger: await read('SELECT collection, id, hash FROM platform.ledger ORDER BY id COLLATE "C"'),
    };
  });
}

describeWith(['postgres15', 'python'], 'a collection that changes under its items', () => {
  const suite = useServer(pgstacVersions);

  function makeFolder(collection: object, text = lines(...items, precise)): string {
    const folder = makeTemporaryFolder('rehydrate');
    writeFileSync(join(folder, 'collection.json'), JSON.stringify(collection));
    writeFileSync(join(folder, 'items.ndjson'), text);
    return folder;
  }

  const put = (databases: Databases, folder: string, options: IngestOptions = {}) =>
    ingest(source, makePorts(databases, folder), options);

  async function loadBeside(version: PgstacVersion): Promise<void> {
    const folder = makeFolder(oldCollection, lines(...foreign));
    const { bin } = await pypgstac(version);
    await runOrThrow(bin('pypgstac'), [
      'load',
      'items',
      join(folder, 'items.ndjson'),
      '--dsn',
      suite.server.dsn(suite.name),
    ]);
  }

  const collectionOf = (databases: Databases) =>
    rowsOf(databases.pgstac, `SELECT content->>'title' AS title, base_item FROM pgstac.collections`);

  describe.each(pgstacVersions)('pgSTAC %s', (version) => {
    test('is refused, and with --rehydrate every item is read as before, ours and pypgstac’s', async () => {
      const databases = await suite.make(version);
      await put(databases, makeFolder(oldCollection));
      await loadBeside(version);
      const before = await readAll(databases.pgstac);
      const held = await collectionOf(databases);
      await expect(put(databases, makeFolder(newCollection, ''))).rejects.toMatchObject({
        kind: 'refused',
        hint: expect.stringContaining('--rehydrate'),
      });
      expect(await collectionOf(databases)).toEqual(held);
      expect(await readAll(databases.pgstac)).toEqual(before);

      await put(databases, makeFolder(newCollection, ''), { rehydrate: true });
      expect(await collectionOf(databases)).toMatchObject([{ title: 'Another', base_item: { stac_version: '1.1.0' } }]);
      expect(await readAll(databases.pgstac)).toEqual(before);
      const again = await put(databases, makeFolder(newCollection), { rehydrate: true });
      expect(again.counts).toMatchObject({ read: 11, unchanged: 11 });
    });
  });

  test.each(['0.9.11', '0.9.12'] as const)(
    'pgSTAC %s stores the items as if they were loaded anew',
    async (version) => {
      const databases = await suite.make(version);
      await put(databases, makeFolder(oldCollection));
      await put(databases, makeFolder(newCollection, ''), { rehydrate: true });
      const fresh = await suite.make(version);
      await put(fresh, makeFolder(newCollection));
      expect(await describeDatabase(databases.pgstac)).toEqual(await describeDatabase(fresh.pgstac));
    },
  );

  test('killed in the middle, nothing has changed; started again, it is done', async () => {
    const databases = await suite.make('0.9.11');
    await put(databases, makeFolder(oldCollection));
    const before = await readAll(databases.pgstac);
    const held = await collectionOf(databases);
    const folder = makeFolder(newCollection, '');
    // Of the last partition: the others are rewritten by then.
    await databases.pgstac.transaction(async (session) => {
      await session.query(
        `SELECT FROM pgstac.items WHERE datetime = (SELECT max(datetime) FROM pgstac.items) FOR UPDATE`,
      );
      const child = startRunner(folder);
      await untilWaiting();
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    expect(await collectionOf(databases)).toEqual(held);
    expect(await readAll(databases.pgstac)).toEqual(before);
    await put(databases, folder, { rehydrate: true });
    expect(await collectionOf(databases)).toMatchObject([{ title: 'Another' }]);
    expect(await readAll(databases.pgstac)).toEqual(before);
  });

  function startRunner(folder: string) {
    const options = {
      dsn: suite.server.dsn(suite.name),
      folder,
      files: source.files,
      run: makeRunId(Date.now()),
      rehydrate: true,
    };
    const loader = pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href;
    const program = join(projectRoot, 'test/ingest/support/runner.fixture.ts');
    return spawn(process.execPath, ['--import', loader, program, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async function untilWaiting(): Promise<void> {
    const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = '${suite.name}' AND wait_event_type = 'Lock' AND query LIKE 'UPDATE pgstac.%'`;
    for (let tries = 0; (await suite.server.psql(waiting)) !== '1'; tries += 1) {
      if (tries > 600) throw new Error('the runner never came to the locked item');
      await sleep(50);
    }
  }

  /** Until a run beyond the first has stored a batch. */
  async function untilLoading(): Promise<void> {
    const stored = 'SELECT count(DISTINCT run) FROM platform.receipt';
    for (let tries = 0; (await suite.server.psql(stored, suite.name)) !== '2'; tries += 1) {
      if (tries > 600) throw new Error('the other runner never stored a batch');
      await sleep(20);
    }
  }

  test('batches of another runner that are under way are stored beside the one base item or the other, never a mix', async () => {
    const databases = await suite.make('0.9.11');
    await put(databases, makeFolder(oldCollection));
    const many = Array.from({ length: 2500 }, (_, place) => ({ ...items[place % items.length], id: `many-${place}` }));
    const other = await suite.openAgain();
    const [loaded] = await Promise.all([
      put(other, makeFolder(oldCollection, lines(...many))),
      untilLoading().then(() => put(databases, makeFolder(newCollection, ''), { rehydrate: true })),
    ]);
    expect(loaded.counts).toMatchObject({ inserted: 2500 });
    const fresh = await suite.make('0.9.11');
    await put(fresh, makeFolder(newCollection, lines(...items, precise, ...many)));
    expect((await describeDatabase(databases.pgstac))['items']).toEqual(
      (await describeDatabase(fresh.pgstac))['items'],
    );
  });

  test('refuses, and changes nothing, where pgSTAC itself would read an item otherwise', async () => {
    const databases = await suite.make('0.9.11');
    // Beside a list of as many elements pgSTAC reads a null as the base's element: merge_jsonb.
    const odd = makeItem('odd', { assets: { fresh: { href, list: [1, null] } } });
    await put(databases, makeFolder(oldCollection, lines(...items, odd)));
    const before = await readAll(databases.pgstac);
    await expect(put(databases, makeFolder(newCollection, ''), { rehydrate: true })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('item odd'),
    });
    expect(await readAll(databases.pgstac)).toEqual(before);
  });

  test('a login that is only a member of pgstac_ingest may do it', async () => {
    await suite.make('0.9.12');
    await suite.server.psql(
      'CREATE ROLE rehydrator LOGIN; GRANT pgstac_ingest, ingest_write TO rehydrator',
      suite.name,
    );
    const databases = await suite.openAgain('rehydrator');
    await put(databases, makeFolder(oldCollection));
    const before = await readAll(databases.pgstac);
    await put(databases, makeFolder(newCollection, ''), { rehydrate: true });
    expect(await readAll(databases.pgstac)).toEqual(before);
  });
});
