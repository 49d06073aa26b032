import { expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { makeItem } from './support/items.ts';
import { itemsOf, load, loadText, rowsOf } from './support/load.ts';
import { useServer } from './support/server.ts';

describeWith(['postgres15', 'python'], 'items that are recognised by their hash', () => {
  const suite = useServer(['0.10.0']);
  const { make } = suite;
  const items = Array.from({ length: 40 }, (_, place) => makeItem(`item-${place}`));

  test('are passed over however they are spaced, and what differs among them is loaded', async () => {
    const databases = await make('0.10.0');
    await load(databases, items);
    const versions = () => rowsOf(databases.pgstac, 'SELECT id, xmin::text FROM pgstac.items ORDER BY id');
    const written = await versions();
    const spaced = items.map((item) => JSON.stringify(item).replaceAll('":', '": ')).join('\n');
    expect((await loadText(databases, spaced)).counts).toMatchObject({ read: 40, unchanged: 40 });
    expect(await versions()).toEqual(written);
    const changed = [
      ...items.slice(0, 39),
      makeItem('item-39', { extra: 1 }),
      '{"id": "item-1", "collection": "scenes"',
    ];
    expect((await load(databases, changed)).counts).toMatchObject({ unchanged: 39, updated: 1, quarantined: 1 });
  });

  test('are not taken for another whose name stands in them first', async () => {
    const databases = await make('0.10.0');
    const [first, second] = [makeItem('one'), { properties: { id: 'one', datetime: '2024-01-15T10:00:00Z' } }];
    const other = { ...second, ...makeItem('two', second) };
    expect((await load(databases, [first, other])).counts).toMatchObject({ inserted: 2 });
    expect((await load(databases, [first, other])).counts).toMatchObject({ unchanged: 2 });
    expect((await itemsOf(databases.pgstac)).map(({ id }) => id)).toEqual(['one', 'two']);
  });

  test('are loaded again where pgSTAC has lost them, or the run has met another content of them before', async () => {
    const databases = await make('0.10.0');
    await load(databases, items);
    await suite.server.psql(`DELETE FROM pgstac.items WHERE id = 'item-3'`, suite.name);
    expect((await load(databases, items)).counts).toMatchObject({ inserted: 1, unchanged: 39 });
    // Far enough from each other for two batches: the later place wins, which is the content that was there.
    const many = Array.from({ length: 1100 }, (_, place) => makeItem(`other-${place}`));
    const source = [makeItem('item-5', { extra: 1 }), ...many, ...items];
    await load(databases, source);
    const [row] = (await itemsOf(databases.pgstac)).filter(({ id }) => id === 'item-5');
    expect(row?.content['extra']).toBeUndefined();
  });
});
