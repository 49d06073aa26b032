import { turns } from './camera.ts';
import type { Items } from './unpack-items.ts';

/** Items that are told of at one place, at most. */
const MOST = 100;

/**
 * The shown items over a place in degrees, the smallest first: it is the hardest to hit. What has no area is hit within
 * `near` degrees. Looks at each box: those of fifty thousand take half a
 * millisecond, which no index has to be kept for.
 */
export function pickItems(items: Items, isShown: Uint8Array, [east, north]: readonly [number, number], near: number) {
  const found: number[] = [];
  for (let item = 0; item < items.count && found.length < MOST; item += 1) {
    const at = item * 4;
    const [south, top] = [items.boxes[at + 1] ?? 0, items.boxes[at + 3] ?? 0];
    if (isShown[item] === 0 || !(north >= south - near && north <= top + near)) continue;
    for (const turn of turns) {
      const x = east - turn;
      if (x < (items.boxes[at] ?? 0) - near || x > (items.boxes[at + 2] ?? 0) + near) continue;
      if (isOver(items, item, x, north, near)) found.push(item);
    }
  }
  const sizeOf = (item: number) => {
    const [w = 0, s = 0, e = 0, n = 0] = items.boxes.subarray(item * 4, item * 4 + 4);
    return (e - w) * (n - s);
  };
  return found.sort((one, other) => sizeOf(one) - sizeOf(other) || one - other);
}

function isOver(
  { firstPath, firstCorner, isClosed, corners, boxes }: Items,
  item: number,
  x: number,
  y: number,
  near: number,
) {
  const [w = 0, s = 0, e = 0, n = 0] = boxes.subarray(item * 4, item * 4 + 4);
  // As small as a dot: its box is what can be hit.
  if (e - w < near && n - s < near) return true;
  for (let path = firstPath[item] ?? 0; path < (firstPath[item + 1] ?? 0); path += 1) {
    const [from, to] = [firstCorner[path] ?? 0, firstCorner[path + 1] ?? 0];
    if (isClosed[path] === 1 ? isWithin(corners, from, to, x, y) : isAlong(corners, from, to, x, y, near)) return true;
  }
  return false;
}

/** Whether a ray eastwards crosses the outline an odd number of times. */
function isWithin(corners: Float64Array, from: number, to: number, x: number, y: number): boolean {
  let within = false;
  for (let corner = from, before = to - 1; corner < to; before = corner, corner += 1) {
    const [x0, y0] = [corners[2 * before] ?? 0, corners[2 * before + 1] ?? 0];
    const [x1, y1] = [corners[2 * corner] ?? 0, corners[2 * corner + 1] ?? 0];
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) within = !within;
  }
  return within;
}

function isAlong(corners: Float64Array, from: number, to: number, x: number, y: number, near: number): boolean {
  for (let corner = from; corner < to; corner += 1) {
    const next = Math.min(corner + 1, to - 1);
    const [x0, y0] = [corners[2 * corner] ?? 0, corners[2 * corner + 1] ?? 0];
    const [dx, dy] = [(corners[2 * next] ?? 0) - x0, (corners[2 * next + 1] ?? 0) - y0];
    const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
    if (Math.hypot(x - x0 - along * dx, y - y0 - along * dy) <= near) return true;
  }
  return false;
}
