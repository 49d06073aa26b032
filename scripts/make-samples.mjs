// Writes the sample items of spec/ and examples/; with --check it writes nothing and says what differs.
//   node scripts/make-samples.mjs [--check]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeCollection } from './samples/collection.mjs';
import { findFootprint } from './samples/footprint.mjs';
import { makeItem } from './samples/item.mjs';
import { listPasses } from './samples/orbits.mjs';
import { seedRandom } from './samples/random.mjs';
import { listTiles } from './samples/tiles.mjs';

const root = join(import.meta.dirname, '..');

/** Each set: its folder, the box (west, south, east, north) and the days that it covers. */
const sets = [
  { folder: 'spec/items', box: [5.9, 45.8, 10.5, 47.8], firstDate: '2024-01-01', days: 121 },
  { folder: 'examples/02-virtual-machines/items', box: [7, 46.2, 8.8, 47.1], firstDate: '2024-05-01', days: 61 },
];

// A sliver of a tile at the swath's edge is not delivered.
const smallestShare = 0.02;
const hour = 3_600_000;

function makeItems({ box, firstDate, days }) {
  const tiles = listTiles(box);
  return listPasses(firstDate, days).flatMap((planned) => {
    // One pass over all tiles: the same moment, the same weather.
    const random = seedRandom(`${planned.orbit.number} ${planned.time.toISOString()}`);
    const pass = { ...planned, time: new Date(planned.time.getTime() + Math.floor(random() * 600) * 1000 + 24) };
    const weather = random();
    return tiles.flatMap((tile) => {
      const footprint = findFootprint(tile, pass.orbit);
      if (footprint.share < smallestShare) return [];
      const local = seedRandom(`${tile.name} ${pass.time.toISOString()}`);
      const cloudCover = Number((100 * (0.7 * weather + 0.3 * local()) ** 1.5).toFixed(6));
      const processed = new Date(pass.time.getTime() + Math.floor((3 + 5 * local()) * hour));
      return [makeItem({ tile, pass, footprint, cloudCover, processed })];
    });
  });
}

function makeFiles(set) {
  const items = makeItems(set);
  return new Map([
    [join(set.folder, 'collection.json'), `${JSON.stringify(makeCollection(items), null, 2)}\n`],
    [join(set.folder, 'items.ndjson'), items.map((item) => `${JSON.stringify(item)}\n`).join('')],
  ]);
}

async function findDifferent() {
  const different = new Map();
  for (const [path, text] of sets.flatMap((set) => [...makeFiles(set)])) {
    const found = await readFile(join(root, path), 'utf8').catch(() => null);
    if (found !== text) different.set(path, text);
  }
  return different;
}

const different = await findDifferent();
if (process.argv.includes('--check')) {
  for (const path of different.keys())
    console.error(`${path} is not what the generator makes: node scripts/make-samples.mjs`);
  process.exitCode = different.size === 0 ? 0 : 1;
} else {
  for (const [path, text] of different) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
