import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { pythonIdentifier, pythonNumber, pythonString } from '../../src/print/python.ts';
import { describeWith } from '../support/needs.ts';
import { pythonTool, ruff } from '../support/python.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { expectEqual, printAll } from './values.ts';

const printed = printAll(pythonString, () => false);
const module = printed.map(({ text }, index) => `v${index} = ${text}\n`).join('');

describeWith(['python'], 'Python', () => {
  test('every string comes back from a source file', async () => {
    const file = join(makeTemporaryFolder('python'), 'a.py');
    await writeFile(file, module);
    const read =
      'import ast, json, sys\nbody = ast.parse(open(sys.argv[1], "rb").read()).body\njson.dump([ast.literal_eval(line.value) for line in body], sys.stdout)';
    expectEqual(printed, JSON.parse((await runOrThrow('python3', ['-c', read, file])).stdout));
  });

  test("ruff's formatter leaves each as it is", async () => {
    const { bin } = await pythonTool(ruff);
    // Longer lines it may wrap, which is the template's affair.
    const input = module
      .split('\n')
      .filter((line) => line.length < 60)
      .join('\n')
      .trimEnd();
    const { code, stdout } = await runProcess(
      bin('ruff'),
      ['format', '--isolated', '--diff', '--stdin-filename', 'a.py', '-'],
      { input: `${input}\n` },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

test('what is no identifier or number is refused', () => {
  for (const name of ['', '1a', 'a b', 'a.b', 'é', 'class', 'None'])
    expect(() => pythonIdentifier(name)).toThrow(RangeError);
  expect(pythonIdentifier('Sentinel2').text).toBe('Sentinel2');
  expect(() => pythonNumber(Number.NaN)).toThrow(RangeError);
});
