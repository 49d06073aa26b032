import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { envName, envSafe, envValue } from '../../src/print/env.ts';
import { makeRandom } from '../support/hostile.ts';
import { findProgram } from '../support/programs.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { expectEqual, type Printed, printAll } from './values.ts';

const shells = ['bash', findProgram('dash') === null ? 'sh' : 'dash'];
const safe = printAll(envValue, (value) => !envSafe.test(value));
const written = [
  'postgresql://metaflow-task%40acme-earth.iam@127.0.0.1:5432/pgstac?sslmode=disable',
  'gs://acme-earth-metaflow/a/b',
  'a=b=c',
  '-n',
  '--',
  '~/x:~root',
  'a;b&c',
  '!!',
  '{}',
].filter((value) => envSafe.test(value));

/** Random texts of what the printer lets through, so that one character too many in it is found. */
function randomSafe(): readonly string[] {
  const next = makeRandom(7);
  const allowed = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter((char) =>
    envSafe.test(char),
  );
  return Array.from({ length: 1000 }, () =>
    Array.from({ length: next(30) }, () => allowed[next(allowed.length)]).join(''),
  );
}

describe.each(shells)('export $(cat FILE | xargs) in %s', (shell) => {
  test('gives back every value, and runs nothing', async () => {
    const extra = [...written, ...randomSafe()].map((value): Printed => ({ value, text: envValue(value).text }));
    const printed = [...safe, ...extra];
    const folder = makeTemporaryFolder('env');
    // Files that a glob would find, were one to get through.
    for (const name of ['a', 'V0=b', 'pwn']) await writeFile(join(folder, name), '');
    await writeFile(join(folder, 'f'), printed.map(({ text }, index) => `${envName(`V${index}`)}=${text}\n`).join(''));
    const env = { PATH: process.env['PATH'], HOME: folder };
    const { stdout } = await runOrThrow(shell, ['-c', 'export $(cat f | xargs) && printenv -0'], { cwd: folder, env });
    const variables = new Map(
      stdout.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expectEqual(
      printed,
      printed.map((_, index) => variables.get(`V${index}`)),
    );
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});

test('whatever xargs or the shell would take for its own is refused', () => {
  // xargs: quotes, backslash, white space. The shell, on what xargs prints: white space again, and globs.
  for (const char of `'"\\ \t\n\r\v\f*[]`) expect(() => envValue(`a${char}b`)).toThrow(RangeError);
  // DESIGN asks for these too.
  for (const char of '#$`') expect(() => envValue(`a${char}b`)).toThrow(RangeError);
});

test('a name that is none is refused', () => {
  for (const name of ['', 'a b', '1A', 'A-B', 'lower', 'A=']) expect(() => envName(name)).toThrow(RangeError);
});
