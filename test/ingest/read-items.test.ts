import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ReadItem, sampleItems, summariseItems } from '../../src/ingest/run/read-items.ts';
import { describeWith } from '../support/needs.ts';
import { type Databases, makeEmbeddedDatabase } from './support/databases.ts';
import { makeItem } from './support/items.ts';
import { load } from './support/load.ts';

const ring = (corners: number, place: (turn: number) => readonly [number, number]) => {
  const all = Array.from({ length: corners }, (_, at) => place(at / corners));
  return { type: 'Polygon', coordinates: [[...all, all[0]]] };
};

describeWith(['python'], 'items of the embedded database', () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await makeEmbeddedDatabase('0.9.11');
  }, 120_000);
  afterAll(() => databases.pgstac.close());

  test('have paths that can be drawn, whatever their geometry', async () => {
    const round = (turn: number) => [Math.cos(turn * 2 * Math.PI) * 20, Math.sin(turn * 2 * Math.PI) * 20] as const;
    const geometries = {
      around: ring(12, (turn) => [((turn * 360 + 180) % 360) - 180, -70]),
      collection: {
        type: 'GeometryCollection',
        geometries: [
          { type: 'Point', coordinates: [1, 2] },
          {
            type: 'LineString',
            coordinates: [
              [3, 4],
              [5, 6.123456],
            ],
          },
        ],
      },
      huge: ring(5_000, round),
      many: {
        type: 'MultiPoint',
        coordinates: [
          [1, 1],
          [2, 2],
        ],
      },
    };
    const documents = Object.entries(geometries).map(([id, geometry]) => makeItem(id, { geometry }));
    await load(databases, documents);
    const { items, summary } = await read(100);
    expect(summary).toMatchObject({ total: 4, collections: [{ id: 'scenes', total: 4 }], unit: 'minute' });
    const [around, collection, huge, many] = items.map(({ paths }) => paths);
    expect(around?.[0]?.slice(-3).map(([, north]) => north)).toEqual([-90, -90, -70]);
    expect(collection).toEqual([
      [[1, 2]],
      [
        [3, 4],
        [5, 6.1235],
      ],
    ]);
    expect(huge?.[0]?.length).toBeGreaterThan(8);
    expect(huge?.[0]?.length).toBeLessThanOrEqual(120);
    expect(many).toEqual([[[1, 1]], [[2, 2]]]);
  });

  test('more than are fetched at once come all, in their order', async () => {
    await load(
      databases,
      Array.from({ length: 2_100 }, (_, n) => makeItem(`item-${n}`)),
    );
    const { items, summary } = await read(100_000);
    expect([items.length, summary.total]).toEqual([2_104, 2_104]);
    const ids = items.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });

  async function read(most: number) {
    return await databases.pgstac.transaction(async (session) => {
      const summary = await summariseItems(session);
      const items: ReadItem[] = [];
      await sampleItems(session, { total: summary.total, most }, (item) => items.push(item));
      return { summary, items };
    });
  }
});
