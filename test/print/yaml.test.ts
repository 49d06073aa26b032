import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { type YamlValue, yamlComment, yamlKey, yamlValue } from '../../src/print/yaml.ts';
import { isUnpaired } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { pythonTool, pyyaml } from '../support/python.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { expectEqual, printAll, values } from './values.ts';

const printed = printAll(yamlValue, isUnpaired);
const tooLong = (value: string) => JSON.stringify(value).length > 900;
const keys = printAll(yamlKey, (value) => isUnpaired(value) || tooLong(value));
const sequence = `list:\n${printed.map(({ text }) => `  - ${text}\n`).join('')}`;
const mapping = `map:\n${keys.map(({ text }, index) => `  ${text}: ${index}\n`).join('')}`;
const nested: YamlValue = {
  strings: printed.map(({ value }) => value),
  entries: keys.map(({ value }) => ({ [value]: [value, null, true, -1.5, {}, []] })),
};
const flow = `flow: ${yamlValue(nested)}\n`;
const comments = values.map((value) => `# ${yamlComment(value)}\n`).join('');
const text = sequence + mapping + comments + flow;

interface Reading {
  readonly list: unknown[];
  readonly map: Record<string, number>;
  readonly flow: unknown;
}

function expectAll(read: Reading): void {
  expectEqual(printed, read.list);
  expectEqual(
    keys,
    Object.entries(read.map)
      .sort(([, a], [, b]) => a - b)
      .map(([key]) => key),
  );
  expect(read.flow).toEqual(nested);
}

describe('YAML, read by the yaml library', () => {
  test('every scalar, key, flow collection and comment comes back', () => {
    const document = parseDocument(text);
    expect([...document.errors, ...document.warnings]).toEqual([]);
    expectAll(document.toJS());
  });

  test('what is printed is what the library prints, byte for byte', () => {
    // The library has no escape for what JSON leaves as it is; there, ours is the safer text.
    const plain = printed.filter(({ text }) => !/\\u/.test(text)).map(({ value }) => value);
    expect(plain.length).toBeGreaterThan(1000);
    const block = `a:\n${plain.map((value) => `  - ${yamlValue(value)}\n`).join('')}b: ${yamlValue({ all: plain, none: [], nothing: {} })}\n`;
    expect(parseDocument(block).toString({ lineWidth: 0, doubleQuotedAsJSON: true })).toBe(block);
  });
});

describeWith(['python'], 'YAML, read by PyYAML', () => {
  test('every scalar, key, flow collection and comment comes back', async () => {
    const { python } = await pythonTool(pyyaml);
    const file = join(makeTemporaryFolder('yaml'), 'a.yaml');
    await writeFile(file, text);
    const read = await runOrThrow(python, [
      '-c',
      'import json, sys, yaml\njson.dump(yaml.safe_load(open(sys.argv[1], "rb")), sys.stdout)',
      file,
    ]);
    expectAll(JSON.parse(read.stdout));
  });
});

test('a number that is not finite is refused', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => yamlValue([value])).toThrow(RangeError);
});
