/** Where the map looks: an equirectangular projection, true to scale along the parallel whose cosine is `stretch`. */
export interface Camera {
  /** Degrees at the middle. */
  readonly east: number;
  readonly north: number;
  /** Pixels of a degree north. */
  readonly scale: number;
  /** A degree east has so many of the pixels of a degree north. */
  readonly stretch: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** West, south, east, north in degrees; the east may lie beyond 180. */
export type Bounds = readonly [west: number, south: number, east: number, north: number];

export const world: Bounds = [-180, -90, 180, 90];

/** Pixels of a degree: a building at the most. */
const MOST_SCALE = 200_000;

export function fitBounds([west, south, east, north]: Bounds, { width, height }: Size): Camera {
  const middle = (south + north) / 2;
  // A whole world has no parallel that is better than the equator; a region has its own.
  const stretch = north - south > 60 ? 1 : Math.max(0.2, Math.cos((middle * Math.PI) / 180));
  const [wide, high] = [Math.max(east - west, 0.02) * stretch, Math.max(north - south, 0.02)];
  const scale = Math.min(width / wide, height / high) * 0.92;
  return limitCamera({ east: (west + east) / 2, north: middle, scale, stretch }, { width, height });
}

/** Back to the world: once around it, and no further out than all of it. */
export function limitCamera({ east, north, scale, stretch }: Camera, { width, height }: Size): Camera {
  const least = Math.min(width / (360 * stretch), height / 180) * 0.92;
  return {
    east: ((((east + 180) % 360) + 360) % 360) - 180,
    north: Math.max(-90, Math.min(90, north)),
    scale: Math.max(least, Math.min(MOST_SCALE, scale)),
    stretch,
  };
}

/** The point under `x`, `y` stays where it is. */
export function zoomCamera(
  camera: Camera,
  size: Size,
  factor: number,
  x = size.width / 2,
  y = size.height / 2,
): Camera {
  const [east, north] = findPlace(camera, size, x, y);
  const scale = limitCamera({ ...camera, scale: camera.scale * factor }, size).scale;
  const [dx, dy] = [(x - size.width / 2) / (scale * camera.stretch), (y - size.height / 2) / scale];
  return limitCamera({ ...camera, scale, east: east - dx, north: north + dy }, size);
}

/** In pixels: what is drawn goes `x` to the right and `y` down. */
export function panCamera(camera: Camera, size: Size, x: number, y: number): Camera {
  const east = camera.east - x / (camera.scale * camera.stretch);
  return limitCamera({ ...camera, east, north: camera.north + y / camera.scale }, size);
}

/** Degrees east and north of a pixel. */
export function findPlace({ east, north, scale, stretch }: Camera, { width, height }: Size, x: number, y: number) {
  return [east + (x - width / 2) / (scale * stretch), north - (y - height / 2) / scale] as const;
}

export function findPixel(
  { east, north, scale, stretch }: Camera,
  { width, height }: Size,
  place: readonly [number, number],
) {
  return [width / 2 + (place[0] - east) * scale * stretch, height / 2 - (place[1] - north) * scale] as const;
}

export function findBounds(camera: Camera, size: Size): Bounds {
  const [west, north] = findPlace(camera, size, 0, 0);
  const [east, south] = findPlace(camera, size, size.width, size.height);
  return [west, south, east, north];
}

/** What to add to a longitude: the world is drawn as often as it is seen, since it goes on beyond the antimeridian. */
export const turns: readonly number[] = [-360, 0, 360];

/** Whether a box (four numbers at `4 * item`) is seen, in any of the turns. */
export function isSeen(boxes: Float64Array, item: number, [west, south, east, north]: Bounds): boolean {
  const [w = 0, s = 0, e = 0, n = 0] = [boxes[item * 4], boxes[item * 4 + 1], boxes[item * 4 + 2], boxes[item * 4 + 3]];
  if (!(n >= south && s <= north)) return false;
  return turns.some((turn) => e + turn >= west && w + turn <= east);
}
