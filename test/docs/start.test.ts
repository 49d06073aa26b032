import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cleanEnvironment } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

// docs/start.md is replayed: each block of commands in its order, in one folder, with the output that follows it.

interface Step {
  readonly commands: string;
  /** What stdout is, where the page shows it; `…` is any one word. */
  readonly shown: string | null;
}

function readSteps(page: string): readonly Step[] {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({ kind, text }));
  expect(blocks.map(({ kind }) => kind).filter((kind) => kind !== 'sh' && kind !== 'text')).toEqual([]);
  return blocks.flatMap(({ kind, text }, at) => {
    const next = blocks[at + 1];
    return kind === 'sh' ? [{ commands: text, shown: next?.kind === 'text' ? next.text : null }] : [];
  });
}

function toPattern(shown: string): RegExp {
  const escaped = shown.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('…', String.raw`\S+`)}$`);
}

describeWith(['python'], 'docs/start.md', () => {
  const steps = readSteps(readFileSync(join(projectRoot, 'docs/start.md'), 'utf8'));
  const cwd = makeTemporaryFolder('start');
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(projectRoot, join(cwd, 'node_modules/platform'));
  const program = `'${process.execPath}' '${join(projectRoot, 'dist/cli/main.js')}'`;

  test('each of its commands runs, and prints what the page shows', async () => {
    expect(steps.length).toBeGreaterThan(6);
    for (const { commands, shown } of steps) {
      const script = `set -e\nplatform() { ${program} "$@"; }\n${commands}`;
      const { code, stdout, stderr } = await runProcess('sh', ['-c', script], { cwd, env: cleanEnvironment() });
      expect([commands, code, code === 0 ? '' : stdout + stderr]).toEqual([commands, 0, '']);
      if (shown !== null) expect(stdout).toMatch(toPattern(shown));
    }
  }, 120_000);
});
