import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { mostDepth } from '../../src/yaml/node.ts';
import { projectRoot as root } from '../support/root.ts';
import { compareReaders } from './compare-readers.ts';
import { Draw, YamlGenerator } from './generate-yaml.ts';
import { mutateText } from './mutate-text.ts';

const specs = [
  'spec',
  ...['examples', 'test/scenarios'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  ),
]
  .map((folder) => join(root, folder, 'platform.yaml'))
  .filter((path) => existsSync(path))
  .map((path) => readFileSync(path, 'utf8'));

/** How many of the texts the reader reads itself; fails at the first that it reads otherwise than the library. */
function countAlike(count: number, makeText: (draw: Draw) => string): number {
  let alike = 0;
  for (let seed = 0; seed < count; seed++) {
    const verdict = compareReaders(makeText(new Draw(seed)));
    if (verdict.kind === 'differs') throw new Error(`seed ${seed}: ${JSON.stringify(verdict, null, 1)}`);
    if (verdict.kind === 'same') alike++;
  }
  return alike;
}

describe('the plain reader gives the tree and places of the yaml library, or leaves the text to it', () => {
  test('on 25,000 generated texts', () => {
    expect(countAlike(25_000, (draw) => new YamlGenerator(draw).document())).toBeGreaterThan(8_000);
  });

  test('on 15,000 damaged specs', () => {
    expect(countAlike(15_000, (draw) => mutateText(draw.pick(specs), draw))).toBeGreaterThan(5_000);
  });
});

describe('it reads by itself', () => {
  test.each(['spec', 'examples/01-cloud-sql', 'examples/02-virtual-machines', 'examples/03-bootstrap-terraform'])(
    '%s',
    (folder) => {
      const text = readFileSync(join(root, folder, 'platform.yaml'), 'utf8');
      expect(compareReaders(text)).toEqual({ kind: 'same' });
      expect(compareReaders(text.replaceAll('\n', '\r\n'))).toEqual({ kind: 'same' });
      expect(compareReaders(text.trimEnd())).toEqual({ kind: 'same' });
    },
  );

  test.each([
    ...[
      'a: 1',
      '  a: 1\n  b: 2',
      '---\na: 1\n',
      '# c\n---  # d\na: 1\n',
      'a : 1',
      '"a" : 1',
      "'it''s': 1",
      'a b: c d  # e',
    ],
    ...[
      'a:',
      'a:  # c',
      'a:\n\n# c\nb:',
      'a:\n  b',
      'a:\n  [b, c]',
      'a:\n- b\n- c\nd: e',
      'a:\n  - b\n  # c\n  -\n',
      '- - a\n  - b\n- c',
    ],
    ...[
      '-   a: 1\n    b: 2',
      '-\n  a: 1',
      '- # c\n  a: 1',
      'a: {}',
      'a: []',
      'a: [b, ]',
      'a: { b: c, }',
      'a: [\n  b, # c\n  d\n]',
      '{"a":1,"b":[{}]}',
    ],
    ...[
      '{\n"a": 1\n}',
      '[\n1\n]',
      'a: [b\n  , c]',
      'a: {b:\n c}',
      'a: "\\u00e9\\ud83d\\ude00\\/\\n"',
      'a: é😀\u2028b',
      '😀: [😀, 1]',
      'a: b#c',
      'a: b:c',
    ],
    ...[
      'a: -1',
      '- -1',
      'a: -b',
      'a: [-1, -b]',
      'a: 0o7',
      'a: 0x1F',
      'a: 1e3',
      'a: +1',
      'a: .5',
      'a: 5.',
      'a: 1_000',
      'a: ~',
      'a: Null',
      'a: TRUE',
      'a: yes',
    ],
    ...[
      'a: 2024-01-01',
      'a: 2024-01-01T00:00:00Z',
      '__proto__: 1',
      'a: { __proto__: { b: 1 } }',
      '1: a',
      '0x1F: a',
      'true: a',
      '~: a',
      '"<<": a',
      'a: <<',
      'a: -0',
    ],
  ])('%j', (text) => {
    expect(compareReaders(text)).toEqual({ kind: 'same' });
  });
});

describe('it leaves to the library', () => {
  test.each([
    ...[
      '',
      '# c',
      '\ufeffa: 1',
      'a',
      '---\n---\na: 1',
      'a: 1\n---\nb: 2',
      'a: 1\n...',
      '%YAML 1.2\n---\na: 1',
      '--- a: 1',
    ],
    ...[
      'a: &x 1',
      'a: *x',
      '*x : 1',
      'a: !t 1',
      '!t a: 1',
      '<<: { a: 1 }',
      '? a',
      '? a\n: b',
      ': a',
      'a: |\n  b',
      'a: >-\n  b',
      'a: b\n  c',
      'a: "b\n  c"',
    ],
    ...[
      'a: 1\na: 2',
      'a: 1\n"a": 2',
      '{a: 1, a: 2}',
      '1: a\n"1": b',
      'a:\t1',
      '\ta: 1',
      'a: 1\rb: 2',
      'a:b',
      'a: - b',
      'a: b: c',
      'a: 1\n b: 2',
      ' a: 1\nb: 2',
    ],
    ...[
      'a:\n  b: 1\n c: 2',
      '- a\n b',
      '- a\nb: 1',
      'a: [b',
      'a: [b]]',
      'a: [b]# c',
      'a: "b"# c',
      'a: "b" c',
      'a: [b,, c]',
      'a: [, b]',
      'a: [b\nc]',
      'a: [\nb]',
    ],
    ...[
      '[a: b]',
      '{a}',
      '{a: }',
      '{a\n: b}',
      '[a]: b',
      '{a: b}: c',
      'a: [-]',
      'a: [- b]',
      'a: %b',
      'a: @b',
      'a: `b',
      'a: "\\x41"',
      'a: "\\q"',
      'a: "b',
      "a: 'b",
    ],
    ...['a: .inf', 'a: -.INF', 'a: .nan', `a: ${'9'.repeat(400)}`, `${'k'.repeat(1100)}: a`, 'a: \u0007'],
  ])('%j', (text) => {
    expect(compareReaders(text)).toEqual({ kind: 'left' });
  });
});

test.each([
  { name: 'a long word', text: `a: ${'b'.repeat(100_000)}`, kind: 'same' },
  { name: 'millions of words on a line', text: `a: ${'b '.repeat(3_000_000)}`, kind: 'same' },
  { name: 'a long list', text: `a: [${'b, '.repeat(10_000)}]`, kind: 'same' },
  { name: 'maps as deep as they may be', text: nestMaps(mostDepth), kind: 'same' },
  { name: 'lists as deep as they may be', text: `${'['.repeat(mostDepth)}${']'.repeat(mostDepth)}`, kind: 'same' },
  { name: 'maps that are deeper', text: nestMaps(mostDepth + 1), kind: 'left' },
  { name: 'maps that are far too deep', text: nestMaps(20_000), kind: 'left' },
])('$name: $kind', ({ text, kind }) => {
  expect(compareReaders(text).kind).toBe(kind);
});

function nestMaps(depth: number): string {
  return `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`;
}
