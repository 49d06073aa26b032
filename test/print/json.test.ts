import { expect, test } from '@jest/globals';
import { jsonValue } from '../../src/print/json.ts';
import { describeWith } from '../support/needs.ts';
import { runOrThrow } from '../support/run.ts';
import { expectEqual, printAll, values } from './values.ts';

const printed = printAll(jsonValue, () => false);
const list = `[${printed.map(({ text }) => text).join(',')}]`;

test('every string comes back from JSON.parse', () => {
  expectEqual(printed, JSON.parse(list));
});

test('objects come back whatever they hold and however deep they stand, on the lines JSON.stringify gives them', () => {
  const value = { strings: values, keys: values.map((key) => ({ [key]: [key, null, true, -1.5, {}, []] })) };
  expect(JSON.parse(`{ "a": ${jsonValue(value, 3)} }`)).toEqual({ a: value });
  expect(jsonValue({ a: [1, { b: '\n' }] }, 1).text).toBe(
    '{\n    "a": [\n      1,\n      {\n        "b": "\\n"\n      }\n    ]\n  }',
  );
});

test('what JSON would drop or change silently is refused', () => {
  for (const value of [
    undefined,
    { a: undefined },
    [undefined],
    { a: [Number.NaN] },
    Number.POSITIVE_INFINITY,
    { a: () => 1 },
    1n,
  ]) {
    expect(() => jsonValue(value)).toThrow(TypeError);
  }
});

describeWith(['python'], 'JSON, read by Python', () => {
  test('every string comes back', async () => {
    const read = await runOrThrow('python3', ['-c', 'import json, sys\njson.dump(json.load(sys.stdin), sys.stdout)'], {
      input: list,
    });
    expectEqual(printed, JSON.parse(read.stdout));
  });
});
