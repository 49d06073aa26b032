import type { ViewItems } from '../../view/ingested.ts';

/** Items in columns, so that fifty thousand of them are a few arrays and not half a million objects. */
export interface Items {
  readonly count: number;
  readonly ids: readonly string[];
  /** Place in `ViewItems.collections`. */
  readonly collection: Uint16Array;
  /** Milliseconds since 1970. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** The paths of item `i` are those from `firstPath[i]` up to `firstPath[i + 1]`. */
  readonly firstPath: Uint32Array;
  /** As `firstPath`, of a path's corners; a closed path has its first corner once. */
  readonly firstCorner: Uint32Array;
  readonly isClosed: Uint8Array;
  /** Degrees east and north, in turn; beyond ±180 where a path goes on across the antimeridian. */
  readonly corners: Float64Array;
  /** West, south, east, north of each item; NaN of one that has no place. */
  readonly boxes: Float64Array;
}

export function unpackItems({ collections, packed }: Pick<ViewItems, 'collections' | 'packed'>): Items {
  const count = packed.ids.length;
  const read = makeReader(packed.bytes);
  const [start, end] = [new Float64Array(count), new Float64Array(count)];
  const boxes = new Float64Array(count * 4).fill(Number.NaN);
  const firstPath = new Uint32Array(count + 1);
  const [firstCorner, isClosed, corners]: [number[], number[], number[]] = [[0], [], []];
  let [east, north] = [0, 0];
  for (let item = 0; item < count; item += 1) {
    start[item] = (start[item - 1] ?? 0) + read.signed();
    end[item] = (start[item] ?? 0) + read.whole();
    const paths = read.whole();
    firstPath[item + 1] = (firstPath[item] ?? 0) + paths;
    for (let path = 0; path < paths; path += 1) {
      const head = read.whole();
      isClosed.push(head % 2);
      for (let corner = Math.floor(head / 2); corner > 0; corner -= 1) {
        east += read.signed();
        north += read.signed();
        corners.push(east / packed.scale, north / packed.scale);
        growBox(boxes, item, east / packed.scale, north / packed.scale);
      }
      firstCorner.push(corners.length / 2);
    }
  }
  return {
    count,
    ids: unpackIds(packed.ids),
    collection: repeatPlaces(collections),
    start,
    end,
    firstPath,
    firstCorner: Uint32Array.from(firstCorner),
    isClosed: Uint8Array.from(isClosed),
    corners: Float64Array.from(corners),
    boxes,
  };
}

/** The edges are NaN until there is a first corner, and no comparison with NaN holds. */
function growBox(boxes: Float64Array, item: number, east: number, north: number): void {
  const [at, west, south, most] = [item * 4, boxes[item * 4] ?? 0, boxes[item * 4 + 1] ?? 0, boxes[item * 4 + 2] ?? 0];
  if (!(east >= west)) boxes[at] = east;
  if (!(north >= south)) boxes[at + 1] = north;
  if (!(east <= most)) boxes[at + 2] = east;
  if (!(north <= (boxes[at + 3] ?? 0))) boxes[at + 3] = north;
}

function unpackIds(packed: readonly string[]): readonly string[] {
  let id = '';
  return packed.map((text) => {
    id = id.slice(0, text.charCodeAt(0)) + text.slice(1);
    return id;
  });
}

function repeatPlaces(collections: ViewItems['collections']): Uint16Array {
  return Uint16Array.from(collections.flatMap(({ shown }, place) => Array<number>(shown).fill(place)));
}

function makeReader(base64: string) {
  const text = atob(base64);
  let at = 0;
  const whole = () => {
    let [value, factor, byte] = [0, 1, 128];
    while (byte >= 128) {
      byte = text.charCodeAt(at);
      at += 1;
      value += (byte % 128) * factor;
      factor *= 128;
    }
    return value;
  };
  const signed = () => {
    const value = whole();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  };
  return { whole, signed };
}
