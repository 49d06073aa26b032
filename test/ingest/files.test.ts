import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Happening } from '../../src/ingest/progress.ts';
import {
  KEPT_BYTES,
  MAX_DOCUMENT_BYTES,
  type OpenSource,
  type SourceDocument,
} from '../../src/ingest/source/document.ts';
import { openFiles } from '../../src/ingest/source/files.ts';
import { compileGlob } from '../../src/ingest/source/glob.ts';
import { splitLines } from '../../src/ingest/source/split.ts';
import { splitValues } from '../../src/ingest/source/split-values.ts';
import { readPage } from '../../src/ingest/source/stac-api/page.ts';
import { makeRandom } from '../support/hostile.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { makeFilePorts } from './support/ports.ts';
import { flatten, readParts } from './support/source.ts';

async function open(files: Readonly<Record<string, string | Buffer>>, ...patterns: string[]): Promise<OpenSource> {
  const folder = makeTemporaryFolder('files');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return openFiles(patterns, makeFilePorts(folder));
}

/** `source place: id`, or the text where it has none. */
async function read(documents: AsyncIterable<SourceDocument>): Promise<string[]> {
  const read: string[] = [];
  for await (const { source, place, bytes } of documents) {
    const id = /"id":\s*"([^"]*)"/.exec(bytes.toString())?.[1];
    read.push(`${source} ${place}: ${id ?? bytes.toString()}`);
  }
  return read;
}

const item = (id: string) => JSON.stringify(makeItem(id));
const features = (...ids: string[]) => ({
  type: 'FeatureCollection',
  features: ids.map((id) => makeItem(id)),
  numberMatched: ids.length,
});

describe('files', () => {
  test('whoever watches is told how much there is, and how much of it is read', async () => {
    const folder = makeTemporaryFolder('files');
    const packed = gzipSync(lines(makeItem('2'), makeItem('3')));
    await writeFile(join(folder, 'a.ndjson'), lines(makeCollection(), makeItem('1')));
    await writeFile(join(folder, 'b.ndjson.gz'), packed);
    const told: Happening[] = [];
    const ports = { ...makeFilePorts(folder), report: (happening: Happening) => told.push(happening) };
    const source = openFiles(['*'], ports);
    // A look at the beginning is no reading.
    expect(await read(source.collections(new Set()))).toHaveLength(1);
    expect(told).toEqual([]);
    expect(await read(readParts(source))).toHaveLength(4);
    const bytes = Buffer.byteLength(lines(makeCollection(), makeItem('1'))) + packed.length;
    expect(told[0]).toEqual({ kind: 'expected', bytes });
    const sizes = told.slice(1).map((happening) => (happening.kind === 'read' ? happening.bytes : Number.NaN));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes);
  });

  test('are read in the order of their paths, each once, whatever is in them', async () => {
    const source = await open(
      {
        'd/lines.ndjson': `${item('1')}\r\n\n  \n${item('2')}`,
        'd/packed.ndjson.gz': gzipSync(lines(makeItem('3'), makeItem('4'))),
        'd/two.ndjson.gz': Buffer.concat([gzipSync(lines(makeItem('5'))), gzipSync(lines(makeItem('6')))]),
        'e/features.geojson': JSON.stringify(features('7', '8'), null, 2),
        'e/one.json': `\ufeff${JSON.stringify(makeItem('9'), null, 2)}`,
        'e/several.json': `${item('10')}\n${item('11')}`,
        'e/list.json': JSON.stringify([makeItem('12'), makeItem('13')]),
        'e/empty.json': '',
        'c.json': JSON.stringify(makeCollection(), null, 2),
      },
      'e/*',
      'd/*.ndjson*',
      '*.json',
      'e/one.json',
      'd/**/*.gz',
    );
    expect(await read(readParts(source))).toEqual([
      'c.json document 1: scenes',
      'd/lines.ndjson line 1: 1',
      'd/lines.ndjson line 4: 2',
      'd/packed.ndjson.gz line 1: 3',
      'd/packed.ndjson.gz line 2: 4',
      'd/two.ndjson.gz line 1: 5',
      'd/two.ndjson.gz line 2: 6',
      'e/features.geojson element 1: 7',
      'e/features.geojson element 2: 8',
      'e/list.json element 1: 12',
      'e/list.json element 2: 13',
      'e/one.json document 1: 9',
      'e/several.json document 1: 10',
      'e/several.json document 2: 11',
    ]);
    expect(await read(source.collections(new Set()))).toEqual(['c.json document 1: scenes']);
  });

  test('that are not there are failures, not nothing', async () => {
    const missing = readParts(await open({}, 'none.json'));
    await expect(read(missing)).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringContaining('cannot read none.json: it is not there'),
    });
    await expect(read(readParts(await open({ 'a.txt': '' }, '*.json')))).rejects.toMatchObject({
      kind: 'source',
      message: 'no file matches *.json',
    });
    await expect(read(readParts(await open({}, 'no/such/*.json')))).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringContaining('cannot read no/such'),
    });
  });

  test('that are packed and cut off are failures', async () => {
    const packed = gzipSync(lines(makeItem('1')));
    await expect(read(readParts(await open({ 'a.ndjson.gz': packed.subarray(0, -9) }, '*')))).rejects.toMatchObject({
      kind: 'source',
    });
    for (const [behind, message] of [
      ['{"type":"Feature"}', 'incorrect header check'],
      ['\0\0', 'there is more after the end of what is packed'],
    ] as const) {
      const longer = Buffer.concat([packed, Buffer.from(behind)]);
      await expect(read(readParts(await open({ 'a.ndjson.gz': longer }, '*')))).rejects.toMatchObject({
        kind: 'source',
        message: `cannot read a.ndjson.gz: ${message}`,
      });
    }
  });

  test('that are folders, or may not be read, are failures with what to do', async () => {
    await expect(read(readParts(await open({ 'a/b.json': item('1') }, 'a')))).rejects.toMatchObject({
      kind: 'source',
      message: 'cannot read a: it is a folder',
      hint: expect.stringContaining('a glob names the files in it'),
    });
    const folder = makeTemporaryFolder('files');
    await writeFile(join(folder, 'a.json'), item('1'), { mode: 0 });
    const isRoot = process.getuid?.() === 0;
    // Root may read everything.
    if (isRoot) process.seteuid?.(65_534);
    const reading = read(readParts(openFiles(['a.json'], makeFilePorts(folder))));
    await expect(reading.finally(() => isRoot && process.seteuid?.(0))).rejects.toMatchObject({
      kind: 'source',
      message: 'cannot read a.json: permission denied',
    });
  });

  test('a line that half a gigabyte comes out of is cut short, in little memory, and the next is whole', async () => {
    const part = gzipSync(Buffer.alloc(16 << 20, 'x'));
    const bomb = [gzipSync('{"b":"'), ...Array.from({ length: 32 }, () => part), gzipSync(`"}\n${item('1')}\n`)];
    const source = await open({ 'a.ndjson.gz': Buffer.concat(bomb) }, '*');
    const before = process.memoryUsage.rss();
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss() - before);
    }, 10);
    const documents: (readonly [length: number, tooLarge: boolean])[] = [];
    for await (const { bytes, tooLarge } of readParts(source)) documents.push([bytes.length, tooLarge]);
    clearInterval(timer);
    expect(documents).toEqual([
      [KEPT_BYTES, true],
      [item('1').length, false],
    ]);
    // Nothing, where the process has had as much memory before.
    expect(most).toBeLessThan(256 << 20);
  });
});

test.each([
  ['*.json', ['a.json'], ['a/b.json', '.a.json', 'a.jsonl']],
  ['**/*.json', ['a.json', 'a/b/c.json'], ['.git/a.json', 'a/.b.json']],
  ['a/**/b.json', ['a/b.json', 'a/x/y/b.json'], ['b.json', 'ab.json']],
  ['item-?.{json,ndjson}', ['item-1.json', 'item-é.ndjson'], ['item-12.json', 'item-1.geojson']],
  ['[a-c]x[!0-9].json', ['axx.json'], ['dxx.json', 'ax1.json']],
  ['(a+b)$.json', ['(a+b)$.json'], ['aab.json']],
])('the glob %s', (pattern, matches, others) => {
  const glob = compileGlob(pattern);
  expect(matches.filter((path) => !glob.test(path))).toEqual([]);
  expect(others.filter((path) => glob.test(path))).toEqual([]);
});

describe('texts that are cut apart', () => {
  type Split = typeof splitLines;
  async function split(splitter: Split, text: string, cuts: readonly number[]): Promise<string[]> {
    const bytes = Buffer.from(text);
    async function* chunks() {
      let from = 0;
      for (const to of [...cuts, bytes.length]) {
        yield bytes.subarray(from, to);
        from = to;
      }
    }
    const pieces: string[] = [];
    for await (const piece of flatten(splitter(chunks()))) pieces.push(piece.bytes.toString());
    return pieces;
  }

  const texts: readonly [string, Split, string, readonly string[]][] = [
    ['lines', splitLines, '{"a":1}\n\n[2]\r\n  x\n{"b":"\\"}"}', ['{"a":1}', '[2]', 'x', '{"b":"\\"}"}']],
    [
      'values',
      splitValues,
      ' {"a":[1,{"b":"}\\"{"}]}\n{"c":\n2}{"d":{}}',
      ['{"a":[1,{"b":"}\\"{"}]}', '{"c":\n2}', '{"d":{}}'],
    ],
    ['a list', splitValues, '[ {"a":1} ,[2], "x,]" ,3,null]', ['{"a":1}', '[2]', '"x,]" ', '3', 'null']],
    [
      'features',
      splitValues,
      '{"x":{"features":[0]},"features" : [{"a":"é]"},{"features":[1]}],"links":[{"y":"}\n"}]}{"b":1}',
      ['{"a":"é]"}', '{"features":[1]}', '{"b":1}'],
    ],
    ['no features', splitValues, '{"type":"FeatureCollection","features":[]}', []],
    ['collections', splitValues, '{"collections":[{"id":"c"}],"links":[]}', ['{"id":"c"}']],
    [
      'collections before the features',
      splitValues,
      '{"collections":[{"id":"c"}],"x":{"features":[0]},"features":[{"a":"]"},{"a":2}],"links":[{"y":"}\n"}]}{"b":1}',
      ['{"id":"c"}', '{"a":"]"}', '{"a":2}', '{"b":1}'],
    ],
    [
      'features before the collections',
      splitValues,
      '{"features":[],"collections" : [ {"id":"c"} ],"features":[{"a":1}]}[{"b":1}]',
      ['{"id":"c"}', '{"a":1}', '{"b":1}'],
    ],
    [
      'ids of collections beside the features',
      splitValues,
      '{"type":"FeatureCollection","collections":["a,]", "b"\n, 1,{"id":"c"},null],"features":[7,{"a":1}]}',
      ['{"id":"c"}', '7', '{"a":1}'],
    ],
    ['ids of collections and nothing else', splitValues, '{"collections":["a","b"]} {"a":1}', ['', '{"a":1}']],
    [
      'an item with lists of its own',
      splitValues,
      '{"type" : "Feature","collections":["a"],"features":[{"a":1}]}{"features":[2]}',
      ['{"type" : "Feature","collections":["a"],"features":[{"a":1}]}', '2'],
    ],
    [
      'an item that says so behind lists of its own',
      splitValues,
      '{"x":{"type":"Feature"},"features":[],"type":"Feature"}{"features":[{"type":"Feature"}],"a":"Feature"}',
      ['', '{"type":"Feature"}'],
    ],
    ['an end in a second list', splitValues, '{"collections":[],"features":[{"a":1},', ['{"a":1}', '']],
    ['a key that only looks like it', splitValues, '{"a":"features","b":[1]}', ['{"a":"features","b":[1]}']],
    [
      'a broken line among values',
      splitValues,
      '{"a":1}\n{"b":"x\n{"c":2}\nrubbish [\n{"d":3}',
      ['{"a":1}', '{"b":"x', '{"c":2}', 'rubbish [\n{"d":3}'],
    ],
    ['an end in the middle of an element', splitValues, '{"features":[{"a":1},{"b":', ['{"a":1}', '{"b":']],
    ['an end between elements', splitValues, '[{"a":1},', ['{"a":1}', '']],
    ['an end behind the features', splitValues, '{"features":[{"a":1}]', ['{"a":1}', '']],
  ];

  test.each(texts)('%s, wherever the chunks end', async (_, splitter, text, expected) => {
    const random = makeRandom(1);
    expect(await split(splitter, text, [])).toEqual(expected);
    const length = Buffer.from(text).length;
    for (let cut = 0; cut <= length; cut += 1) expect(await split(splitter, text, [cut])).toEqual(expected);
    for (let round = 0; round < 50; round += 1) {
      const cuts = Array.from({ length: random(8) }, () => random(length + 1)).sort((one, other) => one - other);
      expect(await split(splitter, text, cuts)).toEqual(expected);
    }
  });

  test('values know their place in the text, wherever the chunks end', async () => {
    const text = ' {"x":"é","features":[ {"a":"é"} ,7 ,{"b":1}],"collections":[{"c":1}]}\n[2]{"d":1}';
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      async function* chunks() {
        yield bytes.subarray(0, cut);
        yield bytes.subarray(cut);
      }
      const pieces: string[] = [];
      for await (const piece of flatten(splitValues(chunks()))) {
        expect(bytes.toString('utf8', piece.from, piece.to)).toBe(piece.bytes.toString());
        pieces.push(piece.bytes.toString());
      }
      expect(pieces).toEqual(['{"a":"é"}', '7 ', '{"b":1}', '{"c":1}', '2', '{"d":1}']);
    }
  });

  test('a feature that is too large leaves the rest of its page whole', async () => {
    const large = Buffer.from(`{"b":"${'x'.repeat(MAX_DOCUMENT_BYTES)}"}`);
    const parts = [Buffer.from('{"features":[{"a":1},'), large, Buffer.from(',{"c":1}],"links":[{"rel":"next"}]}')];
    const { features, envelope } = await readPage(Buffer.concat(parts));
    expect(features.map(({ bytes, tooLarge }) => [bytes.length, tooLarge])).toEqual([
      [7, false],
      [KEPT_BYTES, true],
      [7, false],
    ]);
    expect(envelope).toEqual({ features: [0, 0, 0], links: [{ rel: 'next' }] });
  });

  test.each([
    ['lines', splitLines, '\n'],
    ['values', splitValues, '\n'],
  ] as const)('%s: one that is too large is cut short, and the next is whole', async (_, splitter, end) => {
    async function* chunks() {
      yield Buffer.from(`{"a":1}${end}{"b":"`);
      const chunk = Buffer.alloc(1 << 20, 'x');
      for (let size = 0; size <= MAX_DOCUMENT_BYTES; size += chunk.length) yield chunk;
      yield Buffer.from(`"}${end}{"c":1}`);
    }
    const pieces: { size: number; tooLarge: boolean }[] = [];
    for await (const { bytes, tooLarge } of flatten(splitter(chunks()))) {
      pieces.push({ size: bytes.length, tooLarge });
      // What it was cut from is not held any more.
      if (tooLarge) expect(bytes.buffer.byteLength).toBe(KEPT_BYTES);
    }
    expect(pieces).toEqual([
      { size: 7, tooLarge: false },
      { size: KEPT_BYTES, tooLarge: true },
      { size: 7, tooLarge: false },
    ]);
  });
});
