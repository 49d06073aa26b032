import { beforeAll, describe, expect, test } from '@jest/globals';
import { type BaseValue, readBaseItem } from '../../src/ingest/item/base-item.ts';
import { writeContent } from '../../src/ingest/item/dehydrate.ts';
import { RowWriter } from '../../src/ingest/item/row-writer.ts';
import { JsonScanner } from '../../src/ingest/json/scan.ts';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { pypgstac } from './support/databases.ts';
import { askPython } from './support/python.ts';

const marker = '\u{1235f}\u203b';

/** The content of an item. */
function dehydrate(base: unknown, item: unknown, baseItemId: number | null = null): unknown {
  const scanner = new JsonScanner();
  const known = readBaseItem(JSON.stringify(base), scanner);
  expect(scanner.scan(Buffer.from(typeof item === 'string' ? item : JSON.stringify(item)))).toBeNull();
  const writer = new RowWriter();
  writeContent(writer, scanner, known, baseItemId);
  return JSON.parse(writer.take().toString());
}

describe('what an item has beyond its base', () => {
  const base = {
    type: 'Feature',
    stac_version: '1.0.0',
    collection: 'c',
    assets: { a: { title: 'A', roles: ['data'], gsd: 10 }, b: { title: 'B' } },
  };

  test('leaves out what is equal, however numbers are spelt, and marks what the item does not have', () => {
    const item =
      '{"type":"Feature","id":"i","collection":"c","geometry":null,"stac_version":"1.0.0","x":1.0,"assets":{"a":{"href":"h","title":"A","roles":["data"],"gsd":1.0e1}}}';
    expect(dehydrate(base, item)).toEqual({ x: 1, assets: { a: { href: 'h' }, b: marker } });
  });

  test('keeps an empty list, and takes the base away for a null, which pypgstac loses', () => {
    const item = {
      type: 'Feature',
      stac_version: '1.0.0',
      assets: { a: { title: null, roles: [], gsd: 10 }, b: { title: 'B' } },
    };
    expect(dehydrate(base, item)).toEqual({ assets: { a: { title: marker, roles: [] } } });
  });

  test('counts the last of two keys, in what is compared and in what is kept', () => {
    const item =
      '{"type":"Feature","stac_version":"0","stac_version":"1.0.0","assets":{"a":7,"a":{"title":"X","title":"A","roles":["data"],"gsd":10},"b":{"title":"B"}},"p":1,"p":2}';
    expect(dehydrate(base, item)).toEqual({ p: 2 });
  });

  test('is the same whatever items came before', () => {
    const scanner = new JsonScanner();
    const writer = new RowWriter();
    const random = makeRandom(5);
    const asset = { type: 'image/tiff', title: 'A', roles: ['data'], bands: [{ name: 'b', wave: 0.5 }], gsd: 10 };
    const text = JSON.stringify({
      ...base,
      assets: { a: asset, b: { ...asset, title: 'B' }, c: { gsd: 1, title: 'C' } },
    });
    const readBase = () => readBaseItem(text, scanner);
    const write = (item: string, known: BaseValue) => {
      expect(scanner.scan(Buffer.from(item))).toBeNull();
      writeContent(writer, scanner, known, null);
      return writer.take().toString();
    };
    const kept = readBase();
    const changes: readonly ((item: string) => string)[] = [
      (item) => item,
      (item) => item.replace('"gsd":10', '"gsd":100'),
      (item) => item.replace('"gsd":10', '"gsd":1.0e1'),
      (item) => item.replace('"title":"A",', ''),
      (item) => item.replace('"title":"A"', '"title":"A","title":"A"'),
      (item) => item.replace('"gsd":10', '"title":"X","gsd":10'),
      (item) => item.replace('{"type":"image/tiff"', '{"title":"X","type":"image/tiff"'),
      (item) => item.replace('"title":"A","roles":["data"]', '"roles":["data"],"title":"A"'),
      (item) => item.replace('"type":"image/tiff"', '"type":"image/tiff","own":[1,{}]'),
      (item) => item.replace('"wave":0.5', '"wave":null'),
      (item) => item.replace('"bands":', '"b\\u0061nds":'),
      (item) => item.replace('"roles":["data"]', '"roles":[]'),
      (item) => item.replace('"type":"Feature"', '"type":"Feature","extra":{"a":1}'),
    ];
    for (let time = 0; time < 3000; time += 1) {
      const change = () => changes[random(2) * random(changes.length)] as (item: string) => string;
      const item = change()(change()(text.replace('"C"', JSON.stringify(`C${random(3)}`))));
      expect([item, write(item, kept)]).toEqual([item, write(item, readBase())]);
    }
  });

  test('names the base item of pgSTAC 0.10, and drops a name that came with the item', () => {
    expect(dehydrate(base, { ...base, 'pgstac:base_item': 99 }, 3)).toEqual({ 'pgstac:base_item': 3 });
    expect(dehydrate(base, { ...base, x: 1, 'pgstac:base_item': 99 }, 3)).toEqual({ x: 1, 'pgstac:base_item': 3 });
    expect(dehydrate(base, { ...base, 'pgstac:base_item': 99 })).toEqual({});
  });
});

describeWith(['python'], "content and pypgstac's", () => {
  beforeAll(() => pypgstac('0.9.11'), 600_000);

  test('are the same for bases and items made at random', async () => {
    const random = makeRandom(21);
    const pairs = Array.from({ length: 1500 }, () => {
      const base = { type: 'Feature', stac_version: '1.0.0', collection: 'c', assets: makeObject(random, 0) };
      const item = {
        type: 'Feature',
        stac_version: ['1.0.0', '1.1.0'][random(2)],
        id: 'i',
        collection: 'c',
        geometry: null,
        properties: {},
        assets: vary(base.assets, random),
        x: 'C:\\temp',
      };
      return { base, item };
    });
    const code = `import sys, json
from pypgstac.hydration import dehydrate
for line in sys.stdin:
  pair = json.loads(line)
  content = dehydrate(pair["base"], pair["item"])
  for key in ("id", "collection", "geometry"): content.pop(key, None)
  print(json.dumps(content))`;
    const theirs = await askPython(
      code,
      pairs.map((pair) => JSON.stringify(pair)),
    );
    pairs.forEach(({ base, item }, place) => {
      expect(dehydrate(base, item)).toEqual(JSON.parse(theirs[place] as string));
    });
  });
});

// No nulls, no empty lists and no objects in the place of other things: there pypgstac loses what the item says.
function makeObject(random: (below: number) => number, depth: number): Record<string, unknown> {
  const keys = ['a', 'b', 'c', 'a\\b', 'é"'].filter(() => random(2) === 0);
  return Object.fromEntries(keys.map((key) => [key, makeValue(random, depth + 1)]));
}

function makeValue(random: (below: number) => number, depth: number): unknown {
  const kind = random(depth > 3 ? 3 : 6);
  if (kind === 0) return random(3) + 2;
  if (kind === 1) return ['x', 'y\n', 'C:\\z', ''][random(4)];
  if (kind === 2) return random(2) === 0 ? 1.5 : false;
  if (kind === 3) return Array.from({ length: random(2) + 1 }, () => makeValue(random, depth + 1));
  return makeObject(random, depth);
}

/** A value like another: some keys gone, some new, some other. */
function vary(value: unknown, random: (below: number) => number): unknown {
  if (Array.isArray(value)) return random(6) === 0 ? [...value, 'more'] : value.map((one) => vary(one, random));
  if (typeof value !== 'object' || value === null) return random(5) === 0 ? 'other' : value;
  const kept = Object.entries(value).filter(() => random(6) > 0);
  const varied = Object.fromEntries(kept.map(([key, one]) => [key, vary(one, random)]));
  return random(5) === 0 ? { ...varied, new: makeValue(random, 2) } : varied;
}
