import { describe, expect, test } from '@jest/globals';
import { nestJest } from './nested-jest.ts';
import { projectRoot } from './root.ts';
import { type RunResult, runProcess } from './run.ts';

describe('a suite whose need is missing', () => {
  test('is skipped, with the reason and what installs it', async () => {
    const { code, stderr } = await runNeedy({ PATH: '/nowhere' });
    expect(code).toBe(0);
    expect(stderr).toContain('skipped: a suite that needs shellcheck: no shellcheck (apt-get install shellcheck)\n');
    expect(stderr).toMatch(/^Tests: +1 skipped, 1 total$/m);
  });

  test('fails under CI', async () => {
    const { code, stderr } = await runNeedy({ PATH: '/nowhere', CI: 'true' });
    expect(code).toBe(1);
    expect(stderr).toContain('under CI nothing is skipped: no shellcheck (apt-get install shellcheck)');
  });
});

function runNeedy(env: Readonly<Record<string, string>>): Promise<RunResult> {
  return runProcess(process.execPath, nestJest('test/support/needy.fixture.ts'), { cwd: projectRoot, env });
}
