import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from './support/root.ts';
import { runProcess } from './support/run.ts';
import { makeTemporaryFolder } from './support/temporary.ts';

test('files past their length are named, files at it are not', async () => {
  const root = makeTemporaryFolder('sizes');
  const lengths = {
    'src/a/fits.ts': 250,
    'src/a/long.ts': 251,
    'src/a/long.tsx': 251,
    'src/a/long.css': 251,
    'src/a/made.generated.ts': 9000,
    'scripts/long.mjs': 251,
    'test/fits.test.ts': 400,
    'test/long.test.ts': 401,
    'templates/sql/long.sql.hbs': 301,
  };
  for (const [file, lines] of Object.entries(lengths)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), '\n'.repeat(lines));
  }
  expect(await runProcess(process.execPath, [join(projectRoot, 'scripts/check-sizes.mjs'), root])).toEqual({
    code: 1,
    stdout: '',
    stderr: [
      'scripts/long.mjs: 251 lines, at most 250',
      'src/a/long.css: 251 lines, at most 250',
      'src/a/long.ts: 251 lines, at most 250',
      'src/a/long.tsx: 251 lines, at most 250',
      'templates/sql/long.sql.hbs: 301 lines, at most 300',
      'test/long.test.ts: 401 lines, at most 400',
      '',
    ].join('\n'),
  });
});
