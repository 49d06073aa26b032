import { expect, test } from '@jest/globals';
import {
  type Camera,
  findBounds,
  findPixel,
  findPlace,
  fitBounds,
  limitCamera,
  panCamera,
  world,
  zoomCamera,
} from '../../src/page/items/camera.ts';
import { pickItems } from '../../src/page/items/pick-items.ts';
import { paintCoverage, rasterise } from '../../src/page/items/rasterise.ts';
import { unpackItems } from '../../src/page/items/unpack-items.ts';
import { type EncodableItem, encodeItems } from '../../src/view/encode-items.ts';
import { createRandom } from '../property/mutate-spec.ts';

const size = { width: 120, height: 90 };

function unpack(shapes: readonly EncodableItem['paths'][]) {
  const encoder = encodeItems();
  for (const paths of shapes) encoder.add({ id: 'a', start: 0, end: 0, paths });
  const packed = encoder.finish();
  return unpackItems({ collections: [{ id: 'a', total: shapes.length, shown: shapes.length }], packed });
}

const shownAll = (count: number) => ({ isShown: new Uint8Array(count).fill(1), colours: new Uint8Array(1) });
const box = (west: number, south: number, east: number, north: number): EncodableItem['paths'] => [
  [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ],
];

test('a pixel counts the footprints that are picked at its middle, wherever the map looks', () => {
  const random = createRandom(Number(process.env['SEED'] ?? 3));
  // Three corners each: whichever way round they are, a triangle has one inside.
  const triangles = Array.from({ length: 60 }, () => {
    const [east, north] = [random() * 380 - 190, random() * 140 - 70];
    const corner = () => [east + 10 + random() * 40, north + random() * 30] as const;
    const first = corner();
    return [[first, corner(), corner(), first]];
  });
  const items = unpack(triangles);
  const shown = shownAll(items.count);
  const cameras: Camera[] = [
    fitBounds(world, size),
    { east: 179, north: 20, scale: 1.5, stretch: 0.8 },
    { east: -170, north: -40, scale: 3, stretch: 1 },
  ];
  let covered = 0;
  for (const camera of cameras) {
    const [cells] = rasterise(items, shown, camera, size).layers;
    for (let row = 0; row < size.height; row += 3)
      for (let column = 0; column < size.width; column += 3) {
        const place = findPlace(camera, size, column + 0.5, row + 0.5);
        const picked = pickItems(items, shown.isShown, place, 0).length;
        expect([column, row, cells?.[row * (size.width + 1) + column] ?? 0]).toEqual([column, row, picked]);
        covered += picked;
      }
  }
  expect(covered).toBeGreaterThan(200);
});

test('what is smaller than a pixel, a point or a line is seen all the same', () => {
  const seen = (paths: EncodableItem['paths']) => {
    const items = unpack([paths]);
    const coverage = rasterise(items, shownAll(1), fitBounds(world, size), size);
    const pixels = paintCoverage(coverage, [[10, 20, 30]]);
    return pixels.filter((alpha, at) => at % 4 === 3 && alpha > 0).length;
  };
  expect(seen(box(7, 46, 7.01, 46.01))).toBe(4);
  expect(seen([[[7, 46]]])).toBe(4);
  expect(
    seen([
      [
        [-60, 0],
        [60, 0],
      ],
    ]),
  ).toBeGreaterThan(60);
  expect(seen([])).toBe(0);
});

test('a footprint across the antimeridian is drawn on both sides of it, and picked there', () => {
  const items = unpack([box(170, -10, 190, 10)]);
  const shown = shownAll(1);
  expect(rasterise(items, shown, { east: 0, north: 0, scale: 0.3, stretch: 1 }, size).drawn).toBeGreaterThan(1);
  for (const east of [175, -175, 185]) expect(pickItems(items, shown.isShown, [east, 0], 0)).toEqual([0]);
  expect(pickItems(items, shown.isShown, [160, 0], 0)).toEqual([]);
});

test('what is hidden is neither counted nor picked; the smallest is picked first', () => {
  const items = unpack([box(0, 0, 20, 20), box(5, 5, 10, 10)]);
  const { isShown, colours } = shownAll(2);
  expect(pickItems(items, isShown, [7, 7], 0)).toEqual([1, 0]);
  isShown[1] = 0;
  expect(pickItems(items, isShown, [7, 7], 0)).toEqual([0]);
  expect(rasterise(items, { isShown, colours }, fitBounds(world, size), size).drawn).toBe(1);
});

test('the camera keeps what is under the pointer, goes around the world, and not beyond it', () => {
  const camera = fitBounds([5, 45, 10, 48], size);
  const [west, south, east, north] = findBounds(camera, size);
  expect([west < 5, south < 45, east > 10, north > 48]).toEqual([true, true, true, true]);
  const place = findPlace(camera, size, 30, 20);
  const [x, y] = findPixel(zoomCamera(camera, size, 3, 30, 20), size, place);
  expect([x.toFixed(6), y.toFixed(6)]).toEqual(['30.000000', '20.000000']);
  expect(panCamera({ ...camera, east: 179, scale: 1, stretch: 1 }, size, -10, 0).east).toBe(-171);
  expect(limitCamera({ ...camera, north: 400, scale: 1e-9 }, size)).toMatchObject({
    north: 90,
    scale: expect.closeTo(0.46 * 0.66, 0),
  });
});
