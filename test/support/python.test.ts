import { expect, test } from '@jest/globals';
import { describeWith } from './needs.ts';
import { pythonTool, ruff } from './python.ts';
import { runOrThrow } from './run.ts';

describeWith(['python'], 'pythonTool', () => {
  test('gives two who ask at once the same whole environment', async () => {
    const [one, two] = await Promise.all([pythonTool(ruff), pythonTool([...ruff])]);
    expect(one.python).toBe(two.python);
    expect((await runOrThrow(one.bin('ruff'), ['--version'])).stdout).toBe(`ruff ${ruff[0].split('==')[1]}\n`);
  }, 600_000);

  test('refuses a package without a version', async () => {
    await expect(pythonTool(['ruff'])).rejects.toThrow('pin ruff to a version');
  });
});
