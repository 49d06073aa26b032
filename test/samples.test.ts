import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findBox } from '../scripts/samples/item.mjs';
import { findSun } from '../scripts/samples/sun.mjs';
import { findOrigin, nameSquare, tileSize } from '../scripts/samples/tiles.mjs';
import { utmToLonLat } from '../scripts/samples/utm.mjs';
import { describeWith } from './support/needs.ts';
import { pythonTool, stacValidators } from './support/python.ts';
import { projectRoot, sharedRoot } from './support/root.ts';
import { runOrThrow, runProcess } from './support/run.ts';

const folders = ['spec/items', 'examples/02-virtual-machines/items'].map((folder) => join(projectRoot, folder));

test('the committed items are what the generator makes', async () => {
  const checked = await runProcess(process.execPath, [join(projectRoot, 'scripts/make-samples.mjs'), '--check']);
  expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
});

interface RealItem {
  readonly id: string;
  readonly bbox: readonly number[];
  readonly properties: Readonly<Record<string, string | number>>;
  readonly assets: Readonly<Record<string, { readonly 'proj:bbox'?: readonly [number, number, number, number] }>>;
}

describeWith(['sharedData'], 'the generator against real Sentinel-2 items', () => {
  const items = readItems(join(sharedRoot, 'data/sentinel-2-l2a/items.ndjson'));

  test('names and places tiles as they are', () => {
    for (const item of items) {
      const { name, zone, left, top } = describeTile(item);
      const corner = [Math.round(left / 1e5) * 1e5, Math.round(top / 1e5) * 1e5 - 1e5] as const;
      const [, latitude] = utmToLonLat(zone, corner[0] + 5e4, corner[1] + 5e4);
      expect(nameSquare(zone, ...corner, latitude)).toBe(name);
      expect(findOrigin(...corner)).toEqual({ left, top });
    }
  });

  test('finds the corners of tiles that were seen whole', () => {
    const whole = items.filter((item) => item.properties['s2:nodata_pixel_percentage'] === 0);
    expect(whole.length).toBeGreaterThan(2);
    for (const item of whole) {
      const { zone, left, top } = describeTile(item);
      const [right, bottom] = [left + tileSize, top - tileSize];
      const corners = [
        [left, top],
        [right, top],
        [left, bottom],
        [right, bottom],
      ] as const;
      const box = findBox(corners.map((corner) => utmToLonLat(zone, ...corner)));
      for (const [index, degrees] of box.entries()) expect(item.bbox[index]).toBeCloseTo(degrees, 6);
    }
  });

  test('finds the sun where it stood', () => {
    for (const item of items) {
      const { zone, left, top } = describeTile(item);
      const middle = utmToLonLat(zone, left + tileSize / 2, top - tileSize / 2);
      const sun = findSun(middle, new Date(item.properties['datetime'] ?? ''));
      // To half a degree: the items say the middle of what was seen, minutes after the orbit's named time.
      expect(90 - sun.elevation).toBeCloseTo(Number(item.properties['s2:mean_solar_zenith']), 0);
      expect(sun.azimuth).toBeCloseTo(Number(item.properties['s2:mean_solar_azimuth']), 0);
    }
  });
});

describeWith(['python'], 'the committed items', () => {
  test('are STAC 1.0 by its own JSON Schemas and by stac-pydantic', async () => {
    const { python } = await pythonTool(stacValidators);
    const checked = await runOrThrow(python, [join(projectRoot, 'test/support/validate_stac.py'), ...folders]);
    expect(checked.stdout).toBe('290 items\n48 items\n');
  }, 600_000);
});

function readItems(path: string): RealItem[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function describeTile(item: RealItem): { name: string; zone: number; left: number; top: number } {
  const name = String(item.properties['s2:mgrs_tile']);
  const box = item.assets['B02']?.['proj:bbox'];
  if (box === undefined) throw new Error(`${item.id} has no B02`);
  return { name, zone: Number.parseInt(name, 10), left: box[0], top: box[3] };
}
