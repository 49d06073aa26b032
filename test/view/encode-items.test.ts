import { expect, test } from '@jest/globals';
import { unpackItems } from '../../src/page/items/unpack-items.ts';
import { type EncodableItem, encodeItems } from '../../src/view/encode-items.ts';
import { createRandom } from '../property/mutate-spec.ts';

type Path = EncodableItem['paths'][number];

/** What a page has of items of one collection, as objects again; a closed path has its first corner twice. */
function roundTrip(items: readonly EncodableItem[]) {
  const encoder = encodeItems();
  items.forEach(encoder.add);
  // As it comes out of the page.
  const packed = JSON.parse(JSON.stringify(encoder.finish())) as ReturnType<typeof encoder.finish>;
  const found = unpackItems({ collections: [{ id: 'a', total: items.length, shown: items.length }], packed });
  const cornersOf = (path: number): Path => {
    const places = range(found.firstCorner[path], found.firstCorner[path + 1]);
    const corners = places.map((at) => [found.corners[2 * at] ?? 0, found.corners[2 * at + 1] ?? 0] as const);
    return found.isClosed[path] === 1 ? [...corners, corners[0] ?? [0, 0]] : corners;
  };
  return found.ids.map((id, item) => ({
    id,
    start: found.start[item],
    end: found.end[item],
    paths: range(found.firstPath[item], found.firstPath[item + 1]).map(cornersOf),
    box: [...found.boxes.subarray(4 * item, 4 * item + 4)],
  }));
}

const range = (from = 0, to = 0) => Array.from({ length: to - from }, (_, at) => from + at);

function boxOf(paths: readonly Path[]): readonly number[] {
  const corners = paths.flat();
  if (corners.length === 0) return [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const [easts, norths] = [corners.map(([east]) => east), corners.map(([, north]) => north)];
  return [Math.min(...easts), Math.min(...norths), Math.max(...easts), Math.max(...norths)];
}

const withBox = (item: EncodableItem) => ({ ...item, box: boxOf(item.paths) });

test('items of every kind of geometry come out as they went in', () => {
  const across = [
    [179.5, -10],
    [181.25, -10],
    [181.25, -9.0001],
    [179.5, -10],
  ] as const;
  const items = [
    {
      id: 'S2A_1',
      start: 1.7e12,
      end: 1.7e12 + 90_061,
      paths: [
        across,
        [
          [0, 0],
          [0.0001, 90],
        ],
      ],
    },
    { id: 'S2A_12', start: -6.2e13, end: 2.5e14, paths: [[[-180, -90]]] },
    { id: 'S2A_', start: 0, end: 0, paths: [] },
    {
      id: '',
      start: 1,
      end: 1,
      paths: [
        [
          [0, 0],
          [0, 0],
          [1, 1],
        ],
      ],
    },
  ] as const;
  expect(roundTrip(items)).toEqual(items.map(withBox));
});

test('so do any items at all, whatever their ids', () => {
  const seed = Number(process.env['SEED'] ?? 8);
  const random = createRandom(seed);
  const whole = (most: number) => Math.floor(random() * most);
  const characters = ['a', 'a', '_', '1', '"', '<', '\\', '\u0000', '\u202e', '\u{1f600}', '\ud83d', '\n', 'é'];
  const corner = () => [(whole(7_200_001) - 3_600_000) / 10_000, (whole(1_800_001) - 900_000) / 10_000] as const;
  const path = (): Path => {
    const corners = Array.from({ length: 1 + whole(8) }, corner);
    return corners.length > 2 && whole(2) === 1 ? [...corners, corners[0] ?? [0, 0]] : corners;
  };
  const items = Array.from({ length: 2_000 }, () => {
    const start = whole(5e14) - 6e13;
    return {
      id: Array.from({ length: whole(12) }, () => characters[whole(characters.length)]).join(''),
      start,
      end: start + (whole(3) === 0 ? whole(1e14) : 0),
      paths: Array.from({ length: whole(4) }, path),
    };
  });
  expect(roundTrip(items)).toEqual(items.map(withBox));
});

test('corners are rounded to 1/10000 of a degree, and rounding does not add up', () => {
  const line = Array.from({ length: 1000 }, (_, at) => [at * 0.000_149, 0] as const);
  const [item] = roundTrip([{ id: 'a', start: 0, end: 0, paths: [line] }]);
  const off = (item?.paths[0] ?? []).map(([east], at) => Math.abs(east - at * 0.000_149));
  expect(Math.max(...off)).toBeLessThanOrEqual(0.000_05 + 1e-9);
});

test('an id of ten thousand characters is one', () => {
  const id = 'x'.repeat(60_000);
  const items = [
    { id, start: 0, end: 0, paths: [] },
    { id: `${id}y`, start: 0, end: 0, paths: [] },
  ];
  expect(roundTrip(items).map((one) => one.id)).toEqual([id, `${id}y`]);
});
