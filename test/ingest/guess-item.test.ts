import { expect, test } from '@jest/globals';
import { makeGuesser } from '../../src/ingest/run/guess-item.ts';
import type { SourceDocument } from '../../src/ingest/source/document.ts';

function documentOf(text: string): SourceDocument {
  return { bytes: Buffer.from(text), source: 'items.ndjson', place: 'line 1', tooLarge: false };
}

/** The names that one guesser gives of documents one after the other. */
function namesOf(texts: readonly string[]): readonly (string | null)[] {
  const guess = makeGuesser();
  return texts.map((text) => {
    const found = guess(documentOf(text));
    return found === null ? null : `${found.collection}/${found.id}`;
  });
}

test('documents are guessed alike whatever stood where in the ones before', () => {
  const texts = [
    '{"id":"a","links":[{"rel":"collection"}],"collection":"one"}',
    '{"id":"b","links":[],"collection":"one"}',
    '{"id":"c","links":[],"collection":"two"}',
    '{"id":"d","links":[],"collection":"one"}',
    '{"collection":"one","id":"e","a text that is longer":"than the collection"}',
    '{"id":"f","collection":"one"}',
    '{"id":"g","collection":"onetwo"}',
    '{"id":"h","collection":"twoone"}',
    '{ "id": "i", "collection" : "two" }',
    '{"id":"j"}',
    '{"id":"k","collection":"two"}',
    '{}',
  ];
  expect(namesOf(texts)).toEqual([
    'one/a',
    'one/b',
    'two/c',
    'one/d',
    'one/e',
    'one/f',
    'onetwo/g',
    'twoone/h',
    'two/i',
    null,
    'two/k',
    null,
  ]);
  expect(texts.map((text) => namesOf([text])[0])).toEqual(namesOf(texts));
});

test('where the last document had its collection, the next one may have something else', () => {
  expect(
    namesOf([
      '{"collection":"one","id":"a"}',
      '{"collection":"two","id":"b"}',
      '{"title":"a collect","id":"c","collection":"one"}',
    ]),
  ).toEqual(['one/a', 'two/b', 'one/c']);
});
