import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { cleanEnvironment } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

export interface Step {
  readonly commands: string;
  /** What stdout is, where the page shows it; `…` is any one word. */
  readonly shown: string | null;
}

/** The blocks of commands of a page of docs/, each with the output that follows it. */
export function readSteps(page: string): readonly Step[] {
  const text = readFileSync(join(projectRoot, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', body = '']) => ({ kind, body }));
  expect(blocks.map(({ kind }) => kind).filter((kind) => kind !== 'sh' && kind !== 'text')).toEqual([]);
  return blocks.flatMap(({ kind, body }, at) => {
    const next = blocks[at + 1];
    return kind === 'sh' ? [{ commands: body, shown: next?.kind === 'text' ? next.body : null }] : [];
  });
}

function toPattern(shown: string): RegExp {
  const escaped = shown.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('…', String.raw`\S+`)}$`);
}

/** Runs each block in its order, in one new folder of this name that has the package; each has to print what is shown. */
export async function replay(steps: readonly Step[], name: string): Promise<void> {
  const cwd = join(makeTemporaryFolder('replay'), name);
  mkdirSync(join(cwd, 'node_modules'), { recursive: true });
  symlinkSync(projectRoot, join(cwd, 'node_modules/platform'));
  const program = `'${process.execPath}' '${join(projectRoot, 'dist/cli/main.js')}'`;
  const author = { GIT_AUTHOR_NAME: 'Ana', GIT_AUTHOR_EMAIL: 'ana@example.org' };
  const committer = { GIT_COMMITTER_NAME: 'Ana', GIT_COMMITTER_EMAIL: 'ana@example.org' };
  for (const { commands, shown } of steps) {
    const script = `set -e\nplatform() { ${program} "$@"; }\n${commands}`;
    const env = { ...cleanEnvironment(), ...author, ...committer };
    const { code, stdout, stderr } = await runProcess('sh', ['-c', script], { cwd, env });
    expect([commands, code, code === 0 ? '' : stdout + stderr]).toEqual([commands, 0, '']);
    if (shown !== null) expect(stdout).toMatch(toPattern(shown));
  }
}
