import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { findShape, listShapes } from '../../src/diagnostic/secret-shapes.ts';

// Of each shape the shortest text that has it: none is passed over for being short.
const secrets = [
  ['a:/:b@', 'a URL with a password'],
  ['redis://:/@', 'a database URL with a password'],
  ['?key=a', 'a URL with a key in its query'],
  ['password=a', 'a connection string with a password'],
  ['-----BEGIN PRIVATE KEY-----', 'a private key'],
  [`AIza${'a'.repeat(35)}`, 'a Google API key'],
  [`ya29.${'a'.repeat(20)}`, 'a Google OAuth token'],
  [`GOCSPX-${'a'.repeat(20)}`, 'a Google OAuth client secret'],
  [`ghp_${'a'.repeat(36)}`, 'a GitHub token'],
  [`glpat-${'a'.repeat(20)}`, 'a GitLab token'],
  [`xoxb-1-${'a'.repeat(20)}`, 'a Slack token'],
  [`AKIA${'A'.repeat(16)}`, 'an AWS access key'],
  [`eyJ${'a'.repeat(10)}.eyJ${'a'.repeat(10)}.${'a'.repeat(10)}`, 'a JSON Web Token'],
] as const;

test.each(secrets)('%s is %s', (text, what) => {
  expect(findShape(text)).toBe(what);
});

const escapeAll = (text: string): string =>
  [...text].map((char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
const writings: readonly (readonly [string, (text: string) => string])[] = [
  ['in apostrophes', (text) => `key: '${text}'`],
  ['in quotes', (text) => `key: "${text}"`],
  ['escaped', (text) => `key: "${escapeAll(text)}"`],
  ['folded', (text) => `key: >-\n  ${text.replaceAll(' ', '\n  ')}`],
  ['over two lines', (text) => `key: "${text.replaceAll(' ', '\n  ')}"`],
];

// What looks through a document's values goes by the text they were read from: it passes over no way to write one.
test.each(writings)('a secret %s is one', (_, write) => {
  for (const [text, what] of secrets) {
    const yaml = write(text);
    const { key } = parse(yaml) as { readonly key: string };
    expect([key, findShape(key, listShapes(yaml))]).toEqual([text, what]);
  }
});

test('a text without any mark can have no shape', () => {
  expect(listShapes('name: big\ngcp: { project: acme-earth }\n')).toEqual([]);
});
