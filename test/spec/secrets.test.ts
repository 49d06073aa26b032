import { expect, test } from '@jest/globals';
import { findShape } from '../../src/diagnostic/secret-shapes.ts';

// Of each shape the shortest text that has it: none is passed over for being short.
test.each([
  ['a:/:b@', 'a URL with a password'],
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
])('%s is %s', (text, what) => {
  expect(findShape(text)).toBe(what);
});
