import { describe, expect, test } from '@jest/globals';
import { BATCH_ITEMS } from '../../src/ingest/run/batch-in-making.ts';
import { describeWith } from '../support/needs.ts';
import type { PgstacVersion } from './support/databases.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { change, describeDatabase, itemsOf, load, loadText, rowsOf } from './support/load.ts';
import { useServer } from './support/server.ts';

const at = (datetime: string) => ({ properties: { datetime } });

describeWith(['postgres15', 'python'], 'loading', () => {
  const suite = useServer(['0.9.11', '0.10.0'], { timezone: 'Pacific/Auckland' });
  const { make } = suite;

  const bad = [
    '{"type":"Feature",',
    JSON.stringify(makeItem('nul', { note: '\0' })),
    makeItem('no-geometry', { geometry: null }),
    makeItem('elsewhere', { collection: 'unknown' }),
    makeItem('open', {
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        ],
      },
    }),
    '7',
  ];

  test('bad items are kept with their reason, and the good ones land', async () => {
    const databases = await make();
    const report = await load(databases, [
      makeItem('1'),
      ...bad.slice(0, 3),
      makeItem('2'),
      ...bad.slice(3),
      makeItem('3'),
    ]);
    expect(report.counts).toEqual({
      read: 9,
      inserted: 3,
      updated: 0,
      unchanged: 0,
      ignored: 0,
      duplicates: 0,
      quarantined: 6,
    });
    expect((await itemsOf(databases.pgstac)).map(({ id }) => id)).toEqual(['1', '2', '3']);
    const kept = await rowsOf<{ bytes: Uint8Array; reason: string; message: string }>(
      databases.pgstac,
      'SELECT position, item, collection, source, reason, message, bytes FROM platform.quarantine ORDER BY position',
    );
    const source = 'items.ndjson';
    expect(kept).toMatchObject([
      {
        position: 2,
        item: null,
        source,
        reason: 'notJson',
        message: 'line 2: expected a key in double quotes (byte 19)',
      },
      { position: 3, item: null, source, reason: 'nulCharacter' },
      { position: 4, item: 'no-geometry', collection: 'scenes', source, reason: 'noGeometry' },
      { position: 6, item: 'elsewhere', collection: 'unknown', source, reason: 'unknownCollection' },
      { position: 7, item: 'open', collection: 'scenes', source, reason: 'badGeometry' },
      { position: 8, item: null, source, reason: 'notAnItem' },
    ]);
    expect(Buffer.from(kept[0]?.bytes ?? []).toString()).toBe(bad[0]);
    const log = await rowsOf(
      databases.ingest,
      'SELECT position, item, outcome FROM public.ingestion_log ORDER BY position',
    );
    expect(log.map((row) => Object.values(row).join(' '))).toEqual([
      '1 1 inserted',
      '2  quarantined',
      '3  quarantined',
      '4 no-geometry quarantined',
      '5 2 inserted',
      '6 elsewhere quarantined',
      '7 open quarantined',
      '8  quarantined',
      '9 3 inserted',
    ]);
  });

  test('an item leaves quarantine once it is loaded, and comes there once', async () => {
    const databases = await make();
    const items = [makeItem('1', { collection: 'later' }), makeItem('2', { geometry: null })];
    await load(databases, items);
    await load(databases, items);
    const later = makeCollection({ id: 'later' });
    const report = await load(databases, [later, ...items]);
    expect(report.counts).toMatchObject({ inserted: 1, quarantined: 1 });
    expect(await rowsOf(databases.pgstac, 'SELECT item FROM platform.quarantine')).toEqual([{ item: '2' }]);
  });

  test('quarantine keeps large items and small ones as they came, in any order', async () => {
    const databases = await make();
    const bad = (id: string, length: number) => makeItem(id, { geometry: null, note: 'ü\\'.repeat(length) });
    const items = [bad('1', 1), bad('2', 600_000), bad('3', 1), bad('4', 600_000), makeItem('5')];
    for (const time of ['first', 'again']) {
      const { counts } = await load(databases, items);
      expect([time, counts]).toMatchObject([time, { quarantined: 4 }]);
      const kept = await rowsOf<{ item: string; bytes: Uint8Array }>(
        databases.pgstac,
        'SELECT item, bytes FROM platform.quarantine ORDER BY item',
      );
      expect(kept).toHaveLength(4);
      for (const [place, { item, bytes }] of kept.entries())
        expect([item, JSON.parse(Buffer.from(bytes).toString())]).toEqual([item, items[place]]);
    }
  });

  test('what was loaded and did not change is not written again', async () => {
    const databases = await make();
    const items = ['1', '2', '3'].map((id) => makeItem(id));
    await load(databases, items);
    const versions = () => rowsOf(databases.pgstac, 'SELECT id, xmin::text, ctid::text FROM pgstac.items ORDER BY id');
    const before = [await versions(), await describeDatabase(databases.pgstac)];
    const again = await loadText(databases, items.map((item) => JSON.stringify(item, null, 1)).join('\n'), {
      file: 'items.json',
    });
    expect(again.counts).toMatchObject({ read: 3, unchanged: 3, inserted: 0, updated: 0 });
    expect([await versions(), await describeDatabase(databases.pgstac)]).toEqual(before);
    const log = await rowsOf(
      databases.ingest,
      'SELECT outcome, count(*)::int FROM public.ingestion_log GROUP BY 1 ORDER BY 1',
    );
    expect(log).toEqual([
      { outcome: 'inserted', count: 3 },
      { outcome: 'unchanged', count: 3 },
    ]);

    expect((await load(databases, items, { skip: false })).counts).toMatchObject({ updated: 3 });
    expect(await describeDatabase(databases.pgstac)).toEqual(before[1]);
    await change(databases.pgstac, `DELETE FROM pgstac.items WHERE id = '2'`);
    expect((await load(databases, items)).counts).toMatchObject({ unchanged: 2, inserted: 1 });
    expect((await load(databases, [items[0], makeItem('2', { note: 1 })])).counts).toMatchObject({
      unchanged: 1,
      updated: 1,
    });
    expect((await itemsOf(databases.pgstac))[1]?.content).toMatchObject({ note: 1 });
  });

  test('of one id in a batch the last one wins, also across months, and in later batches the later one', async () => {
    const databases = await make();
    const twice = [
      makeItem('a', at('2024-01-01T00:00:00Z')),
      makeItem('b'),
      makeItem('a', { ...at('2024-03-01T00:00:00Z'), note: 'last' }),
    ];
    expect((await load(databases, twice)).counts).toMatchObject({ inserted: 2, duplicates: 1 });
    expect(await itemsOf(databases.pgstac)).toMatchObject([
      { id: 'a', partition: '202403', content: { note: 'last' } },
      { id: 'b' },
    ]);

    const many = Array.from({ length: BATCH_ITEMS + 1 }, (_, place) =>
      makeItem(place === BATCH_ITEMS ? '0' : String(place), { note: place }),
    );
    expect((await load(databases, many)).counts).toMatchObject({
      read: BATCH_ITEMS + 1,
      inserted: BATCH_ITEMS,
      updated: 1,
    });
    const [first] = (await itemsOf(databases.pgstac)).filter(({ id }) => id === '0');
    expect(first?.content['note']).toBe(BATCH_ITEMS);
  });

  test('an item whose datetime moved leaves no second row, and the statistics of both months are right', async () => {
    const databases = await make();
    await load(databases, [
      makeItem('a', at('2024-01-05T00:00:00Z')),
      makeItem('b', at('2024-01-20T00:00:00Z')),
      makeItem('c', at('2024-02-10T00:00:00Z')),
    ]);
    await load(databases, [makeItem('a', at('2024-02-20T00:00:00Z'))]);
    expect(await itemsOf(databases.pgstac)).toMatchObject([{ id: 'a', partition: '202402' }, { id: 'b' }, { id: 'c' }]);
    const fresh = await make();
    await load(fresh, [
      makeItem('b', at('2024-01-20T00:00:00Z')),
      makeItem('c', at('2024-02-10T00:00:00Z')),
      makeItem('a', at('2024-02-20T00:00:00Z')),
    ]);
    expect(await describeDatabase(databases.pgstac)).toEqual(await describeDatabase(fresh.pgstac));
  });

  test('a collection keeps its partitions, and its base item while it has items', async () => {
    const databases = await make();
    await load(databases, [makeItem('1')]);
    const changed = (changes: Readonly<Record<string, unknown>>) =>
      loadText(databases, '', { collection: makeCollection(changes) });
    await expect(loadText(databases, '', { shardBy: 'year' })).rejects.toMatchObject({
      kind: 'refused',
      message: 'collection scenes is partitioned by month, and shardBy is year',
    });
    const assets = { item_assets: { image: { roles: ['data'] } } };
    await expect(changed(assets)).rejects.toMatchObject({ kind: 'refused' });
    await changed({ title: 'Scenes' });
    expect(
      await rowsOf(
        databases.pgstac,
        `SELECT content->>'title' AS title, partition_trunc AS trunc FROM pgstac.collections`,
      ),
    ).toEqual([{ title: 'Scenes', trunc: 'month' }]);
    await change(databases.pgstac, 'DELETE FROM pgstac.items');
    await changed(assets);
    await loadText(databases, `${JSON.stringify(makeItem('1'))}\n`, { collection: makeCollection(assets) });
    expect((await itemsOf(databases.pgstac))[0]?.content['assets']).toEqual({
      image: { href: 'https://example.org/1.tif' },
    });
  });

  test('an item names the base item of pgSTAC 0.10 it was taken from', async () => {
    const databases = await make('0.10.0');
    const assets = (title: string) => makeCollection({ item_assets: { image: { title } } });
    await loadText(databases, `${JSON.stringify(makeItem('1'))}\n`, { collection: assets('one') });
    await change(databases.pgstac, `UPDATE pgstac.collections SET content = '${JSON.stringify(assets('two'))}'`);
    const item = makeItem('2', { assets: { image: { href: 'h', title: 'two' } } });
    await loadText(databases, `${JSON.stringify(item)}\n`, { collection: assets('two') });
    const [tagged] = await rowsOf<{ id: number }>(
      databases.pgstac,
      'SELECT base_item_id AS id FROM pgstac.current_base_item($$scenes$$)',
    );
    expect((await itemsOf(databases.pgstac)).map(({ content }) => content)).toMatchObject([
      { assets: { image: { href: 'https://example.org/1.tif' } } },
      { 'pgstac:base_item': tagged?.id, assets: { image: { href: 'h' } } },
    ]);
  });

  test('what PostgreSQL alone refuses is found, kept, and the rest loaded', async () => {
    const databases = await make();
    await change(
      databases.pgstac,
      `INSERT INTO queryables (name, property_wrapper, property_index_type) VALUES ('cloud', 'to_float', 'BTREE')`,
    );
    const cloud = (value: unknown) => ({ properties: { datetime: '2024-01-15T10:00:00Z', cloud: value } });
    await load(databases, [makeItem('1', cloud(7)), makeItem('3', cloud(7))]);
    const report = await load(databases, [
      makeItem('1', cloud(8)),
      makeItem('2', cloud('clear')),
      makeItem('3', cloud('grey')),
      makeItem('4'),
    ]);
    expect(report.counts).toMatchObject({ inserted: 1, updated: 1, quarantined: 2 });
    expect(
      await rowsOf(databases.pgstac, 'SELECT item, reason, message FROM platform.quarantine ORDER BY item'),
    ).toMatchObject([
      { item: '2', reason: 'refusedByDatabase', message: expect.stringContaining('22P02') },
      { item: '3', reason: 'refusedByDatabase' },
    ]);
    const stored = await itemsOf(databases.pgstac);
    expect(stored.map(({ id, content }) => [id, (content['properties'] as { cloud?: unknown }).cloud])).toEqual([
      ['1', 8],
      ['3', 7],
      ['4', undefined],
    ]);
  });

  test.each([
    ['of one month', 1, '2024-01-15T10:00:00Z'],
    ['of two months and shards', 2, '2024-02-15T10:00:00Z'],
  ])('an item is not given up for a later one %s that the database refuses', async (_, shards, datetime) => {
    const databases = await make();
    await change(
      databases.pgstac,
      `INSERT INTO queryables (name, property_wrapper, property_index_type) VALUES ('cloud', 'to_float', 'BTREE')`,
    );
    const items = [1, 2, 'clear', 'grey'].map((cloud, place) =>
      makeItem('x', { properties: { cloud, datetime: place === 2 ? datetime : '2024-01-15T10:00:00Z' } }),
    );
    const report = await load(databases, [makeItem('1'), ...items, makeItem('2')], { shards });
    expect(report.counts).toMatchObject({ read: 6, inserted: 3, duplicates: 1, quarantined: 2 });
    expect(await itemsOf(databases.pgstac)).toMatchObject([
      { id: '1' },
      { id: '2' },
      { id: 'x', content: { properties: { cloud: 2 } } },
    ]);
    expect((await load(databases, items, { shards })).counts).toMatchObject({ unchanged: 1, quarantined: 2 });
  });

  test.each<PgstacVersion>(['0.9.11', '0.10.0'])(
    'a login that is only a member of pgstac_ingest and ingest_write can do it all, pgSTAC %s',
    async (version) => {
      const owner = await make(version);
      const login = `loader of ${version}`;
      await suite.server.psql(
        `CREATE ROLE "${login}" LOGIN; GRANT pgstac_ingest, ingest_write TO "${login}"`,
        suite.name,
      );
      const databases = await suite.openAgain(login);
      await change(
        owner.pgstac,
        `INSERT INTO pgstac.pgstac_settings VALUES ('use_queue', 'true') ON CONFLICT (name) DO UPDATE SET value = 'true'`,
      );
      const report = await load(databases, [makeItem('a', at('2024-01-05T00:00:00Z')), ...bad]);
      expect(report.counts).toMatchObject({ inserted: 1, quarantined: 6 });
      await load(databases, [makeItem('a', at('2024-02-05T00:00:00Z'))]);
      expect(await rowsOf(owner.pgstac, 'SELECT count(*)::int AS waiting FROM pgstac.query_queue')).toEqual([
        { waiting: 0 },
      ]);
      expect(await itemsOf(owner.pgstac)).toMatchObject([{ id: 'a', partition: '202402' }]);
    },
  );

  describe.each<PgstacVersion>(['0.9.11', '0.10.0'])("pypgstac's faults are not ours, pgSTAC %s", (version) => {
    test('a backslash, digits and nulls arrive as they are written', async () => {
      const databases = await make(version);
      const text = JSON.stringify(makeItem('a')).replace(
        '"links"',
        '"path":"C:\\\\temp\\\\new","big":12345678901234567890123,"one":1.0,"tiny":1e-7,"gone":null,"links"',
      );
      await loadText(databases, `\n${text}\n   \n${text.replace('"id":"a"', '"id":"b"')}\n`);
      const stored = await rowsOf<{ values: string }>(
        databases.pgstac,
        `SELECT concat_ws(' ', content->>'path', content->'big', content->'one', content->'tiny', content->'gone') AS values FROM pgstac.items ORDER BY id`,
      );
      const expected = 'C:\\temp\\new 12345678901234567890123 1.0 0.0000001 null';
      expect(stored).toEqual([{ values: expected }, { values: expected }]);
    });

    test('a FeatureCollection loads, and an offset at the edge of a month goes by UTC', async () => {
      const databases = await make(version);
      const features = [makeItem('a', at('2024-02-01T00:30:00+02:00')), makeItem('b', at('2024-01-31T23:30:00-02:00'))];
      await loadText(databases, JSON.stringify({ type: 'FeatureCollection', features }, null, 2), {
        file: 'items.geojson',
      });
      expect(await itemsOf(databases.pgstac)).toMatchObject([
        { id: 'a', partition: '202401' },
        { id: 'b', partition: '202402' },
      ]);
    });
  });
});
