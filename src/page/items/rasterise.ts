import { type Camera, findBounds, type Size, turns } from './camera.ts';
import type { Items } from './unpack-items.ts';

/** How many footprints cover each pixel, of each colour: rows of pixels, with one more at the end of each row. */
export interface Coverage extends Size {
  /** By colour; null where none of that colour is seen. */
  readonly layers: readonly (Int32Array | null)[];
  readonly drawn: number;
}

interface Target extends Size {
  readonly cells: Int32Array;
}

/**
 * Counts, for each pixel, the footprints over it. Each edge leaves +1 or -1 where it crosses a row, and a row's running
 * sum is then the count: it costs the heights of the footprints and not their areas, however many lie on each other,
 * which fifty thousand of the same few tiles do. A canvas fills each of them, pixel by pixel.
 */
export function rasterise(
  items: Items,
  { isShown, colours }: { readonly isShown: Uint8Array; readonly colours: Uint8Array },
  camera: Camera,
  size: Size,
): Coverage {
  const layers: (Int32Array | null)[] = [];
  const [west, south, east, north] = findBounds(camera, size);
  let drawn = 0;
  for (let item = 0; item < items.count; item += 1) {
    const at = item * 4;
    const [s, n] = [items.boxes[at + 1] ?? 0, items.boxes[at + 3] ?? 0];
    // No comparison with NaN holds: what has no place is not drawn.
    if (isShown[item] === 0 || !(n >= south && s <= north)) continue;
    for (const turn of turns) {
      if ((items.boxes[at + 2] ?? 0) + turn < west || (items.boxes[at] ?? 0) + turn > east) continue;
      const colour = colours[items.collection[item] ?? 0] ?? 0;
      layers[colour] ??= new Int32Array((size.width + 1) * size.height);
      addItem({ ...size, cells: layers[colour] }, items, item, camera, turn);
      drawn += 1;
    }
  }
  for (const layer of layers) if (layer) sumRows(layer, size);
  return { ...size, layers: Array.from(layers, (layer) => layer ?? null), drawn };
}

function addItem(target: Target, items: Items, item: number, camera: Camera, turn: number): void {
  const kx = camera.scale * camera.stretch;
  const ox = target.width / 2 + (turn - camera.east) * kx;
  const oy = target.height / 2 + camera.north * camera.scale;
  const [w = 0, s = 0, e = 0, n = 0] = items.boxes.subarray(item * 4, item * 4 + 4);
  // What is smaller than a dot is a dot, or nobody would see it.
  if ((e - w) * kx < 2 && (n - s) * camera.scale < 2) {
    addDot(target, ox + ((w + e) / 2) * kx, oy - ((s + n) / 2) * camera.scale);
    return;
  }
  const last = items.firstPath[item + 1] ?? 0;
  for (let path = items.firstPath[item] ?? 0; path < last; path += 1) {
    const [from, to] = [items.firstCorner[path] ?? 0, items.firstCorner[path + 1] ?? 0];
    const place = { ox, oy, kx, ky: camera.scale, from, to };
    if (items.isClosed[path] === 1) addOutline(target, items.corners, place);
    else addLine(target, items.corners, place);
  }
}

interface Placed {
  readonly ox: number;
  readonly oy: number;
  readonly kx: number;
  readonly ky: number;
  readonly from: number;
  readonly to: number;
}

/** The innermost loop of the page: plain numbers, and no call but Math's. */
function addOutline(
  { width, height, cells }: Target,
  corners: Float64Array,
  { ox, oy, kx, ky, from, to }: Placed,
): void {
  const inside = isClockwise(corners, from, to) ? 1 : -1;
  let x0 = ox + (corners[2 * to - 2] ?? 0) * kx;
  let y0 = oy - (corners[2 * to - 1] ?? 0) * ky;
  for (let corner = from; corner < to; corner += 1) {
    const x1 = ox + (corners[2 * corner] ?? 0) * kx;
    const y1 = oy - (corners[2 * corner + 1] ?? 0) * ky;
    const step = y1 > y0 ? -inside : inside;
    const top = Math.max(0, Math.ceil(Math.min(y0, y1) - 0.5));
    const end = Math.min(height, Math.ceil(Math.max(y0, y1) - 0.5));
    if (top < end) {
      const slope = (x1 - x0) / (y1 - y0);
      let x = x0 + (top + 0.5 - y0) * slope + 0.5;
      for (let row = top; row < end; row += 1) {
        const column = x < 0 ? 0 : x > width ? width : Math.floor(x);
        const cell = row * (width + 1) + column;
        cells[cell] = (cells[cell] ?? 0) + step;
        x += slope;
      }
    }
    x0 = x1;
    y0 = y1;
  }
}

/** Of degrees, with the north upwards. */
function isClockwise(corners: Float64Array, from: number, to: number): boolean {
  let twice = 0;
  let [x0, y0] = [corners[2 * to - 2] ?? 0, corners[2 * to - 1] ?? 0];
  for (let corner = from; corner < to; corner += 1) {
    const [x1, y1] = [corners[2 * corner] ?? 0, corners[2 * corner + 1] ?? 0];
    twice += (x1 - x0) * (y1 + y0);
    x0 = x1;
    y0 = y1;
  }
  return twice > 0;
}

/** A line, or a point, two pixels wide: dots from one corner to the next, where they can be seen. */
function addLine(target: Target, corners: Float64Array, { ox, oy, kx, ky, from, to }: Placed): void {
  for (let corner = from; corner < to; corner += 1) {
    const [x0, y0] = [ox + (corners[2 * corner] ?? 0) * kx, oy - (corners[2 * corner + 1] ?? 0) * ky];
    const next = Math.min(corner + 1, to - 1);
    const [x1, y1] = [ox + (corners[2 * next] ?? 0) * kx, oy - (corners[2 * next + 1] ?? 0) * ky];
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    // A line far longer than the map is wide was zoomed into: its dots would be without end.
    for (let step = 0; step < Math.min(steps, 20_000); step += 1)
      addDot(target, x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps);
  }
}

function addDot({ width, height, cells }: Target, x: number, y: number): void {
  const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  if (column < 0 || column + 2 > width || row < 0 || row + 2 > height) return;
  for (const cell of [row * (width + 1) + column, (row + 1) * (width + 1) + column]) {
    cells[cell] = (cells[cell] ?? 0) + 1;
    cells[cell + 2] = (cells[cell + 2] ?? 0) - 1;
  }
}

function sumRows(cells: Int32Array, { width, height }: Size): void {
  for (let row = 0; row < height; row += 1) {
    let count = 0;
    const end = (row + 1) * (width + 1);
    for (let cell = row * (width + 1); cell < end; cell += 1) {
      count += cells[cell] ?? 0;
      cells[cell] = count;
    }
  }
}

/** Colours by how much lies over each pixel; `palette` is red, green, blue by colour. */
export function paintCoverage(
  { width, height, layers }: Coverage,
  palette: readonly (readonly [number, number, number])[],
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(width * height * 4);
  const used = layers.flatMap((cells, colour) =>
    cells === null ? [] : [{ cells, rgb: palette[colour] ?? [0, 0, 0] }],
  );
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1) {
      const cell = row * (width + 1) + column;
      let [count, red, green, blue] = [0, 0, 0, 0];
      for (const { cells, rgb } of used) {
        const own = cells[cell] ?? 0;
        if (own <= 0) continue;
        count += own;
        red += own * (rgb[0] ?? 0);
        green += own * (rgb[1] ?? 0);
        blue += own * (rgb[2] ?? 0);
      }
      if (count === 0) continue;
      const pixel = (row * width + column) * 4;
      pixels[pixel] = red / count;
      pixels[pixel + 1] = green / count;
      pixels[pixel + 2] = blue / count;
      // One is seen, and so is whether it is ten or a thousand.
      pixels[pixel + 3] = 110 + Math.min(120, 18 * Math.log2(count));
    }
  return pixels;
}
