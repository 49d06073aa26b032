import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';

export interface Sizes {
  /** Of the FeatureCollection. */
  readonly megabytes: number;
  /** Small items, one a line. */
  readonly lines: number;
}

/** Something to ingest that could take much memory. */
export interface HugeInput {
  readonly name: string;
  /** That reads the file: `items` one document a line, `whole` any. */
  readonly pipeline: 'items' | 'whole';
  /** Writes it to `file`, from the generated items in `items`; gives the number of its items. */
  readonly write: (items: string, file: string, sizes: Sizes) => Promise<number>;
}

export const hugeInputs: readonly HugeInput[] = [
  { name: 'a FeatureCollection', pipeline: 'whole', write: writeCollection },
  {
    name: 'a 5 MB geometry among others',
    pipeline: 'items',
    write: (items, file) => writeAmong(items, file, growGeometry(5)),
  },
  {
    name: 'a 5 MB property among others',
    pipeline: 'items',
    write: (items, file) => writeAmong(items, file, growProperty(5)),
  },
  {
    name: 'a 31 MB property among others',
    pipeline: 'items',
    write: (items, file) => writeAmong(items, file, growProperty(31)),
  },
  {
    name: 'a 31 MB geometry among others',
    pipeline: 'items',
    write: (items, file) => writeAmong(items, file, growGeometry(31)),
  },
  {
    name: 'a 31 MB list among others',
    pipeline: 'items',
    write: (items, file) => writeAmong(items, file, growList(31)),
  },
  { name: 'fifty of 5 MB', pipeline: 'items', write: writeLarge },
  { name: 'small lines', pipeline: 'items', write: (_items, file, { lines }) => writeText(file, small(lines), lines) },
];

async function writeText(file: string, text: Iterable<string> | AsyncIterable<string>, count: number): Promise<number> {
  await pipeline(text, createWriteStream(file));
  return count;
}

async function writeCollection(items: string, file: string, { megabytes }: Sizes): Promise<number> {
  let count = 0;
  async function* generate() {
    yield '{"type":"FeatureCollection","features":[';
    let size = 0;
    for (let round = 0; size < megabytes * 1024 * 1024; round += 1) {
      for await (const line of createInterface(createReadStream(items))) {
        const item = line.replace(/"id":"/, `"id":"${round}-`);
        size += item.length + 1;
        yield count === 0 ? item : `,${item}`;
        count += 1;
      }
    }
    yield ']}';
  }
  await pipeline(generate, createWriteStream(file));
  return count;
}

async function writeAmong(items: string, file: string, grow: (item: string) => string): Promise<number> {
  let count = 0;
  async function* generate() {
    for await (const line of createInterface(createReadStream(items))) {
      count += 1;
      yield `${count === 1000 ? grow(line) : line}\n`;
    }
  }
  await pipeline(generate, createWriteStream(file));
  return count;
}

async function writeLarge(items: string, file: string): Promise<number> {
  let count = 0;
  async function* generate() {
    for await (const line of createInterface(createReadStream(items))) {
      count += 1;
      if (count <= 50) yield `${(count % 2 === 0 ? growGeometry(5) : growProperty(5))(line)}\n`;
    }
  }
  await pipeline(generate, createWriteStream(file));
  return 50;
}

const MEGABYTE = 1024 * 1024;

const growProperty = (megabytes: number) => (item: string) =>
  item.replace('"properties":{', `"properties":{"large":"${'x'.repeat(megabytes * MEGABYTE)}",`);

/** As many values as there can be. */
const growList = (megabytes: number) => (item: string) =>
  item.replace('"properties":{', `"properties":{"large":[${'1,'.repeat((megabytes * MEGABYTE) / 2)}1],`);

/** A ring of many short steps. */
const growGeometry = (megabytes: number) => (item: string) => {
  const value = JSON.parse(item) as Record<string, unknown>;
  const steps = Math.floor((megabytes * MEGABYTE) / 19);
  const ring = Array.from({ length: steps }, (_, step) => {
    const angle = (step / steps) * 2 * Math.PI;
    return [Number((10 + Math.cos(angle)).toFixed(6)), Number((45 + Math.sin(angle)).toFixed(5))];
  });
  const geometry = { type: 'Polygon', coordinates: [[...ring, ring[0]]] };
  return JSON.stringify({ ...value, geometry, bbox: [9, 44, 11, 46] });
};

function* small(lines: number): Generator<string> {
  for (let line = 1; line <= lines; line += 1) {
    const month = String((line % 12) + 1).padStart(2, '0');
    yield `{"type":"Feature","stac_version":"1.0.0","id":"small-${line}","collection":"sentinel-2-l2a","geometry":{"type":"Point","coordinates":[7.5,46.25]},"bbox":[7.5,46.25,7.5,46.25],"properties":{"datetime":"2024-${month}-15T10:00:00Z"},"links":[],"assets":{}}\n`;
  }
}
