import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkSchema } from '../../src/spec/check-schema.ts';
import { hasShape } from '../../src/spec/has-shape.ts';
import { nodeToValue, type SpecNode } from '../../src/spec/node.ts';
import { createPlaces } from '../../src/spec/place.ts';
import type { Shape } from '../../src/spec/schema.ts';
import { readPlainYaml } from '../../src/yaml/read-plain.ts';
import { makeRandom } from '../support/hostile.ts';
import { projectRoot } from '../support/root.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const specs = ['spec', 'examples/01-cloud-sql', 'examples/02-virtual-machines', 'examples/03-bootstrap-terraform'].map(
  (folder): Json => {
    const text = readFileSync(join(projectRoot, folder, 'platform.yaml'), 'utf8');
    return nodeToValue(readNode(text)) as Json;
  },
);

const replacements: readonly Json[] = [
  null,
  '',
  'x',
  'A B',
  0,
  -1,
  1.5,
  1e9,
  true,
  [],
  ['x'],
  [1],
  {},
  { x: 1 },
  'gs://b',
  '\u{1f30d}',
  'x'.repeat(64),
  ['x', 'x'],
  Array.from({ length: 40 }, (_, index) => `x${index}`),
  '1.36',
];

/** One value of the tree deleted, replaced, doubled or under another key. */
function mutate(value: Json, below: (limit: number) => number): Json {
  if (Array.isArray(value) && value.length > 0 && below(3) > 0) {
    const at = below(value.length);
    const item = value[at] as Json;
    if (below(6) === 0) return [...value, item];
    return below(6) === 0 ? value.toSpliced(at, 1) : value.with(at, mutate(item, below));
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && below(8) > 0) {
    const entries = Object.entries(value);
    const at = below(entries.length);
    const [key, item] = entries[at] ?? ['x', null];
    if (below(12) === 0) return Object.fromEntries(entries.toSpliced(at, 1));
    if (below(12) === 0) return Object.fromEntries(entries.with(at, [`${key}${below(2) === 0 ? 's' : 'X'}`, item]));
    if (below(12) === 0) return Object.fromEntries([...entries, [below(2) === 0 ? '__proto__' : 'more', item]]);
    return Object.fromEntries(entries.with(at, [key, mutate(item, below)]));
  }
  return replacements[below(replacements.length)] as Json;
}

/** For each verdict of Ajv's, how many mutated specs have it; fails where hasShape says otherwise. */
function compareVerdicts(shape: Shape, count: number): { right: number; wrong: number } {
  const verdicts = { right: 0, wrong: 0 };
  for (let seed = 0; seed < count; seed++) {
    const below = makeRandom(seed);
    const value = mutate(specs[below(specs.length)] as Json, below);
    const list = readNode(JSON.stringify([value])) as { readonly items: readonly SpecNode[] };
    const root = list.items[0] as SpecNode;
    const explained = checkSchema(root, shape).length === 0;
    if (explained !== hasShape(nodeToValue(root), shape))
      throw new Error(`Ajv ${explained ? 'accepts' : 'refuses'} as a ${shape}: ${JSON.stringify(value)}`);
    verdicts[explained ? 'right' : 'wrong']++;
  }
  return verdicts;
}

function readNode(text: string): SpecNode {
  const node = readPlainYaml(text, createPlaces({ path: 'platform.yaml', text }));
  if (node === null) throw new Error(`not plain: ${text}`);
  return node;
}

test.each(['platform', 'base', 'overlay'] as const)(
  'of 2,000 mutated specs hasShape says what Ajv says, as a %s',
  (shape) => {
    const { right, wrong } = compareVerdicts(shape, 2_000);
    expect(Math.min(right, wrong)).toBeGreaterThan(200);
  },
);
