import { geoEquirectangular, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import topology from 'world-atlas/land-110m.json' with { type: 'json' };
import { type Bounds, type Camera, findBounds, findPixel, isSeen, type Size, turns } from './camera.ts';
import { formatColour, type Palette } from './palette.ts';
import { paintCoverage, rasterise } from './rasterise.ts';
import type { Items } from './unpack-items.ts';

/** So few footprints have outlines too: of more, the lines would be all that is seen. */
const MOST_OUTLINED = 1_200;

export interface Scene {
  readonly items: Items;
  readonly isShown: Uint8Array;
  /** By collection. */
  readonly colours: Uint8Array;
  readonly palette: Palette;
  readonly camera: Camera;
  /** In CSS pixels. */
  readonly size: Size;
  readonly ratio: number;
  /** The item that is pointed at or chosen. */
  readonly marked: number | null;
}

/** Draws the whole map; gives how many footprints are on it. */
export function drawMap(canvas: HTMLCanvasElement, scene: Scene): number {
  const context = canvas.getContext('2d');
  if (context === null) return 0;
  const { size, ratio, palette, camera } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.sea;
  context.fillRect(0, 0, size.width, size.height);
  drawLand(context, scene);
  drawGraticule(context, scene);
  const drawn = drawCoverage(context, scene);
  if (drawn <= MOST_OUTLINED) drawOutlines(context, scene);
  if (scene.marked !== null) drawMarked(context, scene, scene.marked);
  drawScale(context, camera, size, palette);
  return drawn;
}

let land: Path2D | null = null;

/** One degree is one unit, the north downwards: a camera is then one transform. */
function findLand(): Path2D {
  if (land !== null) return land;
  // JSON's types know no literals, `type` among them.
  const [atlas, shape] = [topology, topology.objects.land] as unknown as Parameters<typeof feature>;
  const projection = geoEquirectangular()
    .scale(180 / Math.PI)
    .translate([0, 0])
    .precision(0);
  land = new Path2D(geoPath(projection)(feature(atlas, shape)) ?? '');
  return land;
}

function drawLand(context: CanvasRenderingContext2D, { camera, size, ratio, palette }: Scene): void {
  context.save();
  context.fillStyle = palette.land;
  for (const turn of turns) {
    const [x, y] = findPixel(camera, size, [turn, 0]);
    const half = 180 * camera.scale * camera.stretch;
    if (x + half < 0 || x - half > size.width) continue;
    context.setTransform(ratio * camera.scale * camera.stretch, 0, 0, ratio * camera.scale, ratio * x, ratio * y);
    context.fill(findLand());
  }
  context.restore();
}

const steps = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60];

function drawGraticule(context: CanvasRenderingContext2D, { camera, size, palette }: Scene): void {
  const [west, south, east, north] = findBounds(camera, size);
  const step = steps.find((one) => one * camera.scale * camera.stretch >= 90) ?? 60;
  context.strokeStyle = palette.grid;
  context.fillStyle = palette.ink;
  context.font = '10px system-ui, sans-serif';
  context.globalAlpha = 1;
  context.lineWidth = 1;
  context.beginPath();
  const labels: [string, number, number][] = [];
  for (let line = Math.ceil(west / step) * step; line <= east; line += step) {
    const [x] = findPixel(camera, size, [line, 0]);
    context.moveTo(x, 0);
    context.lineTo(x, size.height);
    labels.push([formatDegrees(((((line + 180) % 360) + 360) % 360) - 180, 'E', 'W'), x + 3, 11]);
  }
  for (let line = Math.ceil(Math.max(south, -90) / step) * step; line <= Math.min(north, 90); line += step) {
    const [, y] = findPixel(camera, size, [0, line]);
    context.moveTo(0, y);
    context.lineTo(size.width, y);
    if (y > 24) labels.push([formatDegrees(line, 'N', 'S'), 3, y - 3]);
  }
  context.stroke();
  context.globalAlpha = 0.65;
  for (const [text, x, y] of labels) context.fillText(text, x, y);
  context.globalAlpha = 1;
}

function formatDegrees(value: number, above: string, below: string): string {
  const rounded = Math.round(value * 100) / 100;
  return `${Math.abs(rounded)}°${rounded > 0 ? above : rounded < 0 ? below : ''}`;
}

let scratch: HTMLCanvasElement | null = null;

/** Pixels of the raster, at most: a large screen with small pixels has one for four of its own. */
const MOST_PIXELS = 1_500_000;

function drawCoverage(context: CanvasRenderingContext2D, scene: Scene): number {
  const { camera, size, palette } = scene;
  const fine = size.width * size.height * scene.ratio ** 2 <= MOST_PIXELS ? scene.ratio : 1;
  const [width, height] = [Math.ceil(size.width * fine), Math.ceil(size.height * fine)];
  const coverage = rasterise(scene.items, scene, { ...camera, scale: camera.scale * fine }, { width, height });
  scratch ??= document.createElement('canvas');
  scratch.width = width;
  scratch.height = height;
  scratch.getContext('2d')?.putImageData(new ImageData(paintCoverage(coverage, palette.colours), width, height), 0, 0);
  context.drawImage(scratch, 0, 0, width / fine, height / fine);
  return coverage.drawn;
}

function drawOutlines(context: CanvasRenderingContext2D, scene: Scene): void {
  const { items, isShown, colours, palette, camera, size } = scene;
  const bounds: Bounds = findBounds(camera, size);
  context.lineWidth = 1;
  context.globalAlpha = 0.75;
  for (let item = 0; item < items.count; item += 1) {
    if (isShown[item] === 0 || !isSeen(items.boxes, item, bounds)) continue;
    context.strokeStyle = formatColour(palette.colours[colours[items.collection[item] ?? 0] ?? 0]);
    strokeItem(context, scene, item);
  }
  context.globalAlpha = 1;
}

function drawMarked(context: CanvasRenderingContext2D, scene: Scene, item: number): void {
  for (const [style, width] of [
    [scene.palette.halo, 5],
    [scene.palette.ink, 2],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    strokeItem(context, scene, item);
  }
}

function strokeItem(context: CanvasRenderingContext2D, { items, camera, size }: Scene, item: number): void {
  for (const turn of turns) {
    context.beginPath();
    for (let path = items.firstPath[item] ?? 0; path < (items.firstPath[item + 1] ?? 0); path += 1) {
      const [from, to] = [items.firstCorner[path] ?? 0, items.firstCorner[path + 1] ?? 0];
      for (let corner = from; corner < to; corner += 1) {
        const place = [(items.corners[2 * corner] ?? 0) + turn, items.corners[2 * corner + 1] ?? 0] as const;
        const [x, y] = findPixel(camera, size, place);
        if (to - from === 1) context.arc(x, y, 4, 0, 2 * Math.PI);
        else if (corner === from) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      if (items.isClosed[path] === 1) context.closePath();
    }
    context.stroke();
  }
}

const KM_OF_DEGREE = 111.2;

/** How long so many kilometres are, west to east, in the middle of the map. */
function drawScale(
  context: CanvasRenderingContext2D,
  { scale, stretch, north }: Camera,
  size: Size,
  palette: Palette,
): void {
  const pixelsOfKm = (scale * stretch) / (KM_OF_DEGREE * Math.max(0.05, Math.cos((north * Math.PI) / 180)));
  const most = 110 / pixelsOfKm;
  const power = 10 ** Math.floor(Math.log10(most));
  const km = ([5, 2, 1].find((times) => times * power <= most) ?? 1) * power;
  const [x, y, width] = [12, size.height - 12, km * pixelsOfKm];
  const text = km >= 1 ? `${km.toLocaleString('en')} km` : `${Math.round(km * 1000)} m`;
  for (const [style, line] of [
    [palette.halo, 4],
    [palette.ink, 1.5],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = line;
    context.beginPath();
    context.moveTo(x, y - 5);
    context.lineTo(x, y);
    context.lineTo(x + width, y);
    context.lineTo(x + width, y - 5);
    context.stroke();
  }
  context.font = '11px system-ui, sans-serif';
  context.strokeStyle = palette.halo;
  context.lineWidth = 3;
  context.strokeText(text, x + 5, y - 5);
  context.fillStyle = palette.ink;
  context.fillText(text, x + 5, y - 5);
}
