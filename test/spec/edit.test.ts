import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { applyEdit, planEdit, writeFlow } from '../../src/spec/edit.ts';
import type { SpecPath } from '../../src/spec/node.ts';

function edit(text: string, path: SpecPath, value: unknown): string | null {
  const found = planEdit(text, path, value);
  return found === null ? null : applyEdit(text, found);
}

type Row = readonly [name: string, before: string, path: SpecPath, value: unknown, after: string];

const written: readonly Row[] = [
  ['a plain scalar', 'a: x # why\n', ['a'], 'z', 'a: z # why\n'],
  ['a quoted one, which stays quoted', 'a: "x" # why\n', ['a'], 'y', 'a: "y" # why\n'],
  ['a number', '{ a: 1, b: 2 }', ['a'], 30, '{ a: 30, b: 2 }'],
  ['a flow list', 'a: [x, y] # all\n', ['a'], ['z'], 'a: [z] # all\n'],
  ['an item of a list', 'a:\n  - b: 1\n  - b: 2 # second\n', ['a', 1, 'b'], 3, 'a:\n  - b: 1\n  - b: 3 # second\n'],
  ['a key with dots', 'a: { "x.y": "on" }', ['a', 'x.y'], 'off', 'a: { "x.y": "off" }'],
  ['a value with an anchor, which stays', 'a: &one x\n', ['a'], 'z', 'a: &one z\n'],
  ['what ends without a line end', 'a: 1', ['b'], 2, 'a: 1\nb: 2'],
  [
    'after a comment beside the last key',
    'a:\n  b: 1 # why\nc: 2\n',
    ['a', 'd'],
    2,
    'a:\n  b: 1 # why\n  d: 2\nc: 2\n',
  ],
  [
    'after a nested last key',
    'a:\n  b:\n    c: 1\n\n# next\nd: 1\n',
    ['a', 'e'],
    2,
    'a:\n  b:\n    c: 1\n  e: 2\n\n# next\nd: 1\n',
  ],
  ['after a text of several lines', 'a:\n  b: |\n    x\n', ['a', 'c'], 1, 'a:\n  b: |\n    x\n  c: 1\n'],
  ['a flow map', 'a: { b: 1 } # why\n', ['a', 'c'], 'on', 'a: { b: 1, c: "on" } # why\n'],
  ['a flow map with a comma at its end', 'a: { b: 1, }\n', ['a', 'c'], 2, 'a: { b: 1, c: 2 }\n'],
  [
    'a flow map over lines',
    'a: {\n  b: 1, # one\n  c: 2 # two\n}\n',
    ['a', 'd'],
    3,
    'a: {\n  b: 1, # one\n  c: 2, d: 3 # two\n}\n',
  ],
  ['an empty flow map', 'a: {}\n', ['a', 'b', 'c'], 1, 'a: { b: { c: 1 } }\n'],
  ['a key with nothing after it', 'a:\nb: 1\n', ['a', 'c'], 1, 'a: { c: 1 }\nb: 1\n'],
  ['maps that are not there', 'a: 1\n', ['b', 'c.d', 'e'], 'x y', 'a: 1\nb: { c.d: { e: "x y" } }\n'],
  ['nothing in a block', 'a:\n  # one\n  b: 1 # why\n  c: 2\n', ['a', 'b'], undefined, 'a:\n  # one\n  c: 2\n'],
  ['nothing at the end of a block', 'a:\n  b: 1\n  c: 2 # why', ['a', 'c'], undefined, 'a:\n  b: 1\n'],
  ['nothing first in a flow map', 'a: { b: 1, c: 2 }\n', ['a', 'b'], undefined, 'a: { c: 2 }\n'],
  ['nothing last in a flow map', 'a: { b: 1, c: 2 }\n', ['a', 'c'], undefined, 'a: { b: 1 }\n'],
  ['nothing alone in a flow map', 'a: { b: 1 }\n', ['a', 'b'], undefined, 'a: {}\n'],
  ['nothing alone in a block', 'a:\n  b: 1 # why\n', ['a', 'b'], undefined, 'a:\n  {} # why\n'],
];

describe('what is written', () => {
  test.each(written)('%s', (_, before, path, value, after) => {
    expect(edit(before, path, value)).toBe(after);
    const changed = path.reduce<unknown>((node, step) => (node as Record<string, unknown>)?.[step], parse(after));
    expect(changed).toEqual(value);
  });
});

test.each<readonly [string, string, SpecPath, unknown]>([
  ['below an alias', 'a: &one { b: 1 }\nc: *one\n', ['c', 'b'], 2],
  ['in what is no map', 'a: 1\n', ['a', 'b'], 2],
  ['in a list that is too short', 'a: [{ b: 1 }]\n', ['a', 1, 'b'], 2],
  ['a list that is not there', 'a: 1\n', ['b', 0, 'c'], 2],
  ['over a block', 'a:\n  b: 1\n', ['a'], { c: 1 }],
  ['away what is not there', 'a: 1\n', ['b'], undefined],
])('nothing is written %s', (_, text, path, value) => {
  expect(edit(text, path, value)).toBeNull();
});

test('a value is written as every YAML reads it', () => {
  const value = {
    on: 'on',
    plain: 'db-custom-4-16384',
    date: '2027-01-05',
    time: '03:00',
    number: '1000',
    'a b': ['#', ' x', 'null'],
    no: null,
    yes: true,
    text: 'a: b # c\n',
  };
  expect(parse(writeFlow(value))).toEqual(value);
  expect(writeFlow(value)).not.toContain('\n');
  expect(writeFlow('projects/p/global/networks/n')).toBe('projects/p/global/networks/n');
});
