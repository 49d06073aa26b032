import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { shellComment, shellWord } from '../../src/print/shell.ts';
import { hasNul, isUnpaired } from '../support/hostile.ts';
import { findProgram } from '../support/programs.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { expectEqual, printAll, values } from './values.ts';

const printed = printAll(shellWord, (value) => hasNul(value) || isUnpaired(value));
// Where dash is not there by name, sh is a shell of its kind or bash in its POSIX mode.
const shells = ['bash', findProgram('dash') === null ? 'sh' : 'dash'];

describe.each(shells)('a word, read by %s', (shell) => {
  const run = (script: string) => {
    const cwd = makeTemporaryFolder('shell');
    return { cwd, output: runOrThrow(shell, [], { cwd, input: script }).then(({ stdout }) => stdout) };
  };

  test('comes back and runs nothing', async () => {
    const { cwd, output } = run(`printf '%s\\0' ${printed.map(({ text }) => text).join(' ')}\n`);
    expectEqual(printed, (await output).split('\0').slice(0, -1));
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });

  test('comes back from an assignment and from beside other text', async () => {
    const part = printed.slice(0, 300);
    const { output } = run(
      part.map(({ text }) => `a=${text}; printf '%s\\0' "$a"\nprintf '%s\\0' pre${text}post\n`).join(''),
    );
    const wanted = part.flatMap(({ value, text }) => [
      { value, text },
      { value: `pre${value}post`, text },
    ]);
    expectEqual(wanted, (await output).split('\0').slice(0, -1));
  });

  test('a comment stays on its line', async () => {
    const { cwd, output } = run(`${values.map((value) => `# ${shellComment(value)}\n`).join('')}printf done\n`);
    expect(await output).toBe('done');
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });
});
