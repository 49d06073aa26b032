import { expect, test } from '@jest/globals';
import type { IngestionFailure } from '../../src/ingest/failure.ts';
import { describeWith } from '../support/needs.ts';
import { type Databases, makeEmbeddedDatabase, type PgstacVersion } from './support/databases.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { change, itemsOf, load, loadText, rowsOf } from './support/load.ts';
import { useServer } from './support/server.ts';

const at = (datetime: string) => ({ properties: { datetime } });

describeWith(['postgres15', 'python'], 'loading beside what pgSTAC does itself', () => {
  const suite = useServer(['0.9.11', '0.10.0'], { timezone: 'America/New_York' });
  const { make } = suite;

  test.each<PgstacVersion>(['0.9.11', '0.10.0'])('an extent that pgSTAC %s counts is kept', async (version) => {
    const databases = await make(version);
    const set = (value: string) =>
      change(databases.pgstac, `UPDATE pgstac_settings SET value = '${value}' WHERE name = 'update_collection_extent'`);
    const items = [makeItem('a'), makeItem('b', at('2024-03-05T00:00:00Z'))];
    const read = () =>
      rowsOf<{ extent: { temporal: { interval: string[][] } }; title: string | null; version: string }>(
        databases.pgstac,
        `SELECT content->'extent' AS extent, content->>'title' AS title, xmin::text AS version FROM pgstac.collections`,
      );
    await set('true');
    await load(databases, items);
    const [counted] = await read();
    expect(counted?.extent).not.toEqual(makeCollection()['extent']);
    await load(databases, items);
    expect(await read()).toEqual([counted]);
    await loadText(databases, '', { collection: makeCollection({ title: 'Scenes' }) });
    expect(await read()).toMatchObject([{ title: 'Scenes', extent: counted?.extent }]);

    await set('false');
    await load(databases, items);
    expect(await read()).toMatchObject([{ title: null, extent: makeCollection()['extent'] }]);
  });

  test('a partition of another time zone is refused at once, with the way out', async () => {
    const databases = await make('0.9.11');
    await load(databases, []);
    const staged = JSON.stringify(makeItem('a', at('2024-01-15T00:00:00Z')));
    await change(databases.pgstac, `INSERT INTO items_staging (content) VALUES ('${staged}')`);
    const items = [makeItem('b', at('2024-01-20T00:00:00Z')), makeItem('c', at('2024-02-01T01:00:00Z'))];
    const failure = await load(databases, items).then(
      () => null,
      (error: IngestionFailure) => error,
    );
    expect(failure).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^collection scenes: the partition _items_1_202401 holds \["2024-01-01 05:00:00\+00","2024-02-01 05:00:00\+00"\)/,
      ),
    });

    const advice = /: (SET timezone .*; SELECT repartition\(.*?\));/.exec(failure?.hint ?? '')?.[1];
    await suite.server.psql(String(advice), suite.name);
    expect((await load(databases, items)).counts).toMatchObject({ inserted: 2 });
    expect(await itemsOf(databases.pgstac)).toMatchObject([
      { id: 'a', partition: '202401' },
      { id: 'b', partition: '202401' },
      { id: 'c', partition: '202402' },
    ]);
  });

  test('what SQL mends on a server, a new folder mends where nobody has a prompt for SQL', async () => {
    const changes = { item_assets: { image: { roles: ['data'] } } };
    const collect = async (databases: Databases) => {
      const hintOf = (loading: Promise<unknown>) => loading.then(String, (error: IngestionFailure) => error.hint ?? '');
      await load(databases, [makeItem('a', at('2024-03-15T00:00:00Z'))]);
      const staged = JSON.stringify(makeItem('b', at('2024-01-15T00:00:00Z')));
      const zone = `SET LOCAL timezone TO 'America/New_York'`;
      await change(databases.pgstac, `${zone}; INSERT INTO items_staging (content) VALUES ('${staged}')`);
      return {
        shardBy: await hintOf(loadText(databases, '', { shardBy: 'year' })),
        assets: await hintOf(loadText(databases, '', { collection: makeCollection(changes) })),
        zone: await hintOf(load(databases, [makeItem('c', at('2024-01-20T00:00:00Z'))])),
      };
    };
    const mend = expect.stringContaining('SET search_path');
    const rehydrate = 'ingest it with --rehydrate, which keeps every item as it is read now';
    expect(await collect(await make('0.9.11'))).toEqual({ shardBy: mend, assets: rehydrate, zone: mend });

    const embedded = suite.keep(await makeEmbeddedDatabase('0.9.11'));
    const { target } = embedded.pgstac;
    const again = `delete ${target.kind === 'embedded' ? target.folder : ''} and load everything again`;
    expect(await collect(embedded)).toEqual({
      shardBy: `write shardBy: month, or ${again}`,
      assets: rehydrate,
      zone: again,
    });
  });
});
