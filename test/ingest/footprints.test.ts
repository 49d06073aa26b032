import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFootprints } from '../../src/ingest/run/footprints.ts';
import { type Corner, type Geometry, listPaths as listDetailed } from '../../src/ingest/run/outlines.ts';
import { describeWith } from '../support/needs.ts';
import { sharedRoot } from '../support/root.ts';
import { type Databases, makeEmbeddedDatabase } from './support/databases.ts';
import { makeItem } from './support/items.ts';
import { load, loadText } from './support/load.ts';

const listPaths = (geometry: Geometry) => listDetailed(geometry, { corners: 60, decimals: 3 });

const square = [
  [179, 0],
  [-179, 0],
  [-179, 1],
  [179, 1],
  [179, 0],
];

test('an outline across the antimeridian goes on beyond it', () => {
  expect(listPaths({ type: 'Polygon', coordinates: [square, [[1, 1]]] })).toEqual([
    [
      [179, 0],
      [181, 0],
      [181, 1],
      [179, 1],
      [179, 0],
    ],
  ]);
});

test('every kind of geometry is outlines, lines or points', () => {
  const collection = {
    type: 'GeometryCollection' as const,
    geometries: [
      { type: 'Point' as const, coordinates: [1, 2, 3] },
      { type: 'MultiPoint' as const, coordinates: [[3, 4]] },
      {
        type: 'LineString' as const,
        coordinates: [
          [5, 6],
          [7, 8],
        ],
      },
      {
        type: 'MultiLineString' as const,
        coordinates: [
          [
            [9, 10],
            [11, 12],
          ],
        ],
      },
      {
        type: 'MultiPolygon' as const,
        coordinates: [
          [
            [
              [13, 14],
              [15, 16],
              [13, 14],
            ],
          ],
          [],
        ],
      },
    ],
  };
  expect(listPaths(collection).map((path) => path[0])).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
    [9, 10],
    [13, 14],
  ]);
});

test('what has too many corners is not drawn', () => {
  const many = Array.from({ length: 61 }, (_, place) => [place, 0]);
  expect(
    listPaths({
      type: 'MultiLineString',
      coordinates: [
        many,
        [
          [1, 2],
          [3, 4],
        ],
      ],
    }),
  ).toEqual([]);
  expect(
    listPaths({
      type: 'MultiLineString',
      coordinates: [
        [
          [1, 2],
          [3, 4],
        ],
        many,
      ],
    }),
  ).toHaveLength(1);
});

describeWith(['sharedData', 'python'], 'the footprints of a run', () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await makeEmbeddedDatabase('0.9.11');
  }, 120_000);
  afterAll(() => databases.pgstac.close());

  const readShared = (file: string) => readFileSync(join(sharedRoot, 'data/sentinel-2-l2a-safe', file), 'utf8');
  const widthOf = (path: readonly Corner[]) => {
    const easts = path.map(([east]) => east);
    return Math.max(...easts) - Math.min(...easts);
  };

  test('of real items, some of them across the antimeridian, are no wider than the items', async () => {
    const collection = JSON.parse(readShared('collection.json')) as object;
    const { run } = await loadText(databases, readShared('items.ndjson'), { collection });
    const { items, shown } = await readFootprints(databases.pgstac, run);
    expect([items, shown.length]).toEqual([8, 8]);
    expect(shown.every(({ loaded, paths }) => loaded && paths.length > 0)).toBe(true);
    expect(Math.max(...shown.flatMap(({ paths }) => paths.map(widthOf)))).toBeLessThan(10);
    const again = await loadText(databases, readShared('items.ndjson'), { collection });
    const unchanged = await readFootprints(databases.pgstac, again.run);
    expect(unchanged).toEqual({ items, shown: shown.map((one) => ({ ...one, loaded: false })) });
  });

  test('are bounded, in how many there are and in their corners', async () => {
    const ring = Array.from({ length: 2000 }, (_, place) => [
      Math.cos((place * Math.PI) / 999.5),
      Math.sin((place * Math.PI) / 999.5),
    ]);
    const geometry = { type: 'Polygon', coordinates: [[...ring.slice(0, -1), ring[0]]] };
    const many = Array.from({ length: 501 }, (_, place) => makeItem(`round-${place}`, { geometry }));
    const { run } = await load(databases, many);
    const { items, shown } = await readFootprints(databases.pgstac, run);
    expect([items, shown.length]).toEqual([501, 500]);
    expect(shown.every(({ paths }) => (paths[0]?.length ?? 0) > 8 && (paths[0]?.length ?? 0) <= 60)).toBe(true);
  });
});
