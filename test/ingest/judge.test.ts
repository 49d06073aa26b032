import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { judgeDocument } from '../../src/ingest/item/judge.ts';
import { JsonScanner } from '../../src/ingest/json/scan.ts';
import { describeWith } from '../support/needs.ts';
import { sharedRoot } from '../support/root.ts';
import { makeCollection, makeItem } from './support/items.ts';

const scanner = new JsonScanner();

function judge(document: unknown, tooLarge = false) {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  return judgeDocument({ bytes, source: 'a.json', place: 'line 1', tooLarge }, scanner);
}

const properties = (values: object) => makeItem('a', { properties: values });

describe('a good item', () => {
  test.each([
    ['small', makeItem('a')],
    ['without links, assets and bbox', makeItem('a', { links: undefined, assets: undefined, bbox: undefined })],
    [
      'with a range and no datetime',
      properties({ datetime: null, start_datetime: '2024-01-01T00:00:00Z', end_datetime: '2024-01-02T00:00:00Z' }),
    ],
    [
      'of one moment',
      properties({ start_datetime: '2024-01-01T00:00:00Z', end_datetime: '2024-01-01T01:00:00+01:00' }),
    ],
    [
      'with only a start beside its datetime',
      properties({ datetime: '2024-01-01T00:00:00Z', start_datetime: '2024-01-01T00:00:00Z', end_datetime: null }),
    ],
    [
      'across the antimeridian',
      makeItem('a', {
        geometry: {
          type: 'Polygon',
          coordinates: [
            [
              [179, 0],
              [181, 0],
              [181, 1],
              [179, 0],
            ],
          ],
        },
      }),
    ],
    ['with nulls where nothing is', makeItem('a', { bbox: null, stac_extensions: null })],
    ['with a box across the antimeridian', makeItem('a', { bbox: [179, 0, 0, -179, 1, 10] })],
    ['with keys in other spellings', JSON.stringify(makeItem('a')).replace('"href"', '"hr\\u0065f"')],
    ['with things nobody knows', makeItem('a', { unknown: [{ deep: [1e300] }], stac_version: '9.9' })],
  ])('%s', (_, item) => {
    expect(judge(item)).toMatchObject({ kind: 'item', id: 'a', collection: 'scenes' });
  });

  test('has one hash however it is laid out, and another when anything in it changes', () => {
    const hashOf = (text: string) => {
      const judged = judge(text);
      return judged.kind === 'item' ? judged.hash : judged.kind;
    };
    const compact = JSON.stringify(makeItem('a', { note: 'two  spaces \\" and a \n' }));
    const pretty = JSON.stringify(JSON.parse(compact), null, 2);
    expect(hashOf(pretty)).toBe(hashOf(compact));
    expect(hashOf(compact.replace('two  spaces', 'two spaces'))).not.toBe(hashOf(compact));
    expect(hashOf(compact.replace('46.25', '46.250'))).not.toBe(hashOf(compact));
  });
});

describe('a bad item', () => {
  test.each([
    ['notJson', '{"type":"Feature"'],
    ['notJson', ''],
    ['nulCharacter', JSON.stringify(makeItem('a', { note: 'x\0y' }))],
    ['tooDeep', `{"a":${'['.repeat(600)}${']'.repeat(600)}}`],
    ['numberOutOfRange', '{"a":1e999999}'],
    ['notAnItem', '7'],
    ['notAnItem', '[]'],
    ['notAnItem', '{"type":"Catalog","id":"c"}'],
    ['badCollection', makeCollection({ id: '' })],
    ['badId', makeItem('')],
    ['badId', makeItem('x'.repeat(1025))],
    ['badId', makeItem('a', { id: 7 })],
    ['noCollection', makeItem('a', { collection: null })],
    ['noCollection', makeItem('a', { collection: undefined })],
    ['badProperties', makeItem('a', { properties: null })],
    ['badProperties', makeItem('a', { properties: [] })],
    ['badAssets', makeItem('a', { assets: [] })],
    ['badAssets', makeItem('a', { assets: { image: 'https://example.org' } })],
    ['badLinks', makeItem('a', { links: {} })],
    ['badLinks', makeItem('a', { links: ['x'] })],
    ['badLinks', makeItem('a', { links: null })],
    ['badLinks', makeItem('a', { links: [{ rel: 'self', href: 'a' }, { href: 'b' }] })],
    ['badLinks', makeItem('a', { links: [{ rel: 'self', href: 7 }] })],
    ['badAssets', makeItem('a', { assets: null })],
    ['badAssets', makeItem('a', { assets: { image: { href: 'a' }, mask: { title: 'no address' } } })],
    ['badAssets', makeItem('a', { assets: { image: { href: null } } })],
    ['badVersion', makeItem('a', { stac_version: undefined })],
    ['badVersion', makeItem('a', { stac_version: 1 })],
    ['badVersion', makeItem('a', { stac_version: '' })],
    ['badExtensions', makeItem('a', { stac_extensions: 'eo' })],
    ['badExtensions', makeItem('a', { stac_extensions: ['eo', 1] })],
    ['badBbox', makeItem('a', { bbox: [1, 2, 3] })],
    ['badBbox', makeItem('a', { bbox: [1, 2, 3, '4'] })],
    ['badBbox', makeItem('a', { bbox: { west: 1 } })],
    ['noDatetime', properties({})],
    ['noDatetime', properties({ datetime: null, start_datetime: '2024-01-01T00:00:00Z' })],
    ['badDatetime', properties({ datetime: 'yesterday' })],
    ['badDatetime', properties({ datetime: 20240101 })],
    ['badDatetime', properties({ start_datetime: 'x', end_datetime: 'y', datetime: '2024-01-01T00:00:00Z' })],
    ['endBeforeStart', properties({ start_datetime: '2024-01-02T00:00:00Z', end_datetime: '2024-01-01T00:00:00Z' })],
    ['noGeometry', makeItem('a', { geometry: null })],
    ['noGeometry', makeItem('a', { geometry: undefined })],
    ['badGeometry', makeItem('a', { geometry: { type: 'Point', coordinates: ['7', '46'] } })],
  ])('%s', (reason, document) => {
    expect(judge(document)).toMatchObject({ kind: 'bad', reason, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test('keeps its bytes as they came, and its name where it has one', () => {
    const text = JSON.stringify(makeItem('a', { geometry: null }), null, 2);
    const judged = judge(text);
    expect(judged).toMatchObject({ kind: 'bad', id: 'a', collection: 'scenes' });
    expect(judged.bytes.toString()).toBe(text);
  });

  test('has no name where no index could hold it', () => {
    const long = 'é'.repeat(513);
    expect(judge(makeItem(long))).toMatchObject({ kind: 'bad', id: null, collection: 'scenes' });
    expect(judge(makeItem('a', { collection: long }))).toMatchObject({ kind: 'bad', id: 'a', collection: null });
    const longest = 'é'.repeat(512);
    expect(judge(makeItem(longest, { links: {} }))).toMatchObject({ kind: 'bad', id: longest });
  });

  test('that is too large is not even looked at', () => {
    expect(judge(makeItem('a'), true)).toMatchObject({ kind: 'bad', reason: 'tooLarge', id: null });
  });
});

describeWith(['sharedData'], 'real items', () => {
  test('are all good', () => {
    const folders = readdirSync(join(sharedRoot, 'data'));
    const texts = folders.map((folder) => readFileSync(join(sharedRoot, 'data', folder, 'items.ndjson'), 'utf8'));
    const judged = texts.flatMap((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => judge(line)),
    );
    expect(judged.filter(({ kind }) => kind !== 'item')).toEqual([]);
    expect(judged.length).toBeGreaterThan(200);
  });
});

test('a collection is none of the items', () => {
  expect(judge(makeCollection())).toMatchObject({ kind: 'collection', id: 'scenes' });
});
