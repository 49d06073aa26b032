import { expect, test } from '@jest/globals';
import { readDocument } from '../../src/spec/parse.ts';

/** Each syntax mistake as `line:column message → hint`. */
function explain(text: string): readonly string[] {
  return readDocument({ path: 'platform.yaml', text }).diagnostics.map(
    ({ range: { start }, message, hint }) => `${start.line}:${start.column} ${message} → ${hint}`,
  );
}

test.each<[string, string, readonly string[]]>([
  ['an open quote, where it opens', 'a: 1\nb: "x\nc: 2\n', ['2:4 a " that is never closed → end the text with "']],
  ['an open bracket', 'a: [1, [2], 3\nb: 1\n', ['1:4 a [ that is never closed → end it with ]']],
  ['an open brace', 'a: { b: 1\nc: 3\n', ['1:4 a { that is never closed → end it with }']],
  ['no space after a colon', 'a: 1\nb:2\nc: 3\n', ['2:1 no space after a colon → write `b: …`, with a space']],
  ['a tab', 'a:\n\tb: 1\n', ['2:1 a tab where YAML wants spaces → indent with spaces']],
  ['@', 'a: @x\n', ['1:4 a value cannot start with @ → put the value in quotes']],
  ['a backtick', 'a: `x`\n', ['1:4 a value cannot start with ` → put the value in quotes']],
  ['%', 'a: %x\n', ['1:4 a value cannot start with % → put the value in quotes']],
  [
    'a colon in a value',
    'a: x: y\n',
    [
      '1:4 a map where a value stands already → a value with a colon in it wants quotes; the keys of a map go below, indented more',
    ],
  ],
  [
    'bad indentation',
    'a:\n  b: 1\n c: 2\n',
    ['3:1 indented unlike the lines it belongs to → start the keys of one map at the same column'],
  ],
  [
    'an alias of nothing',
    'a: *x\n',
    ['1:4 an alias of no anchor → name an anchor that stands above (`&name`), or put the text in quotes'],
  ],
  ['a tag', 'a: !x y\n', ['1:4 a tag, !x → remove the tag, or put the text in quotes']],
  [
    'a merge conflict, once',
    '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n',
    ['1:1 a merge conflict → keep one of its sides, and remove the lines of <, = and >'],
  ],
  [
    'several, each once',
    'a: @x\nb:\n  - `c`\nd: e: f\n',
    [
      '1:4 a value cannot start with @ → put the value in quotes',
      '3:5 a value cannot start with ` → put the value in quotes',
      '4:4 a map where a value stands already → a value with a colon in it wants quotes; the keys of a map go below, indented more',
    ],
  ],
])('%s', (_, text, said) => {
  expect(explain(text)).toEqual(said);
});

test('a key that stands twice leaves two readings, any other mistake none', () => {
  expect(readDocument({ path: 'a', text: 'a: 1\na: 2\n' }).readings).toHaveLength(2);
  expect(readDocument({ path: 'a', text: 'a: 1\na: @2\n' }).readings).toHaveLength(0);
});
