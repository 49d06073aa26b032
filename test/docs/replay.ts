import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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

export interface ReplayOptions {
  /** Variables that the page takes to be set. */
  readonly env?: Readonly<Record<string, string>>;
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
  // What stands flush right has more or fewer spaces before it.
  return new RegExp(`^${escaped.replaceAll(/( *)…/g, (_, spaces: string) => `${spaces && ' +'}\\S+`)}$`);
}

/** Google's own programs, and those that reach what is Google's: what they would need is not in a test. */
const google = /(^|\(|&& )(gcloud|terraform|kubectl|docker) |--with kubernetes /m;

/**
 * Runs the blocks in their order, in one shell and one new folder of this name that has the package; each has to print
 * what is shown. A block for Google Cloud is not run: each of its lines has to stand, word by word, in the guides that the
 * page has had compiled by then. Of those, test/emit/terraform/user-guide runs Terraform's; gcloud and
 * kubectl read theirs in google-lines.test.ts.
 */
export async function replay(steps: readonly Step[], name: string, { env = {} }: ReplayOptions = {}): Promise<void> {
  const folder = makeTemporaryFolder('replay');
  const cwd = join(folder, name);
  mkdirSync(join(cwd, 'node_modules'), { recursive: true });
  symlinkSync(projectRoot, join(cwd, 'node_modules/platform'));
  const program = `'${process.execPath}' '${join(projectRoot, 'dist/cli/main.js')}'`;
  const blocks = steps.map(({ commands }, at) =>
    google.test(commands)
      ? `echo ${at} > '${folder}/at'; find_lines '${folder}/${at}.sh'\n`
      : `echo ${at} > '${folder}/at'; {\n${commands}} > '${folder}/${at}.out' 2> '${folder}/${at}.err'\n`,
  );
  steps.forEach(({ commands }, at) => {
    writeFileSync(join(folder, `${at}.sh`), commands);
    writeFileSync(join(folder, `${at}.out`), '');
    writeFileSync(join(folder, `${at}.err`), '');
  });
  const script = `set -e\nplatform() { ${program} "$@"; }\n${findLines(cwd)}\n${blocks.join('')}`;
  const author = { GIT_AUTHOR_NAME: 'Ana', GIT_AUTHOR_EMAIL: 'ana@example.org' };
  const committer = { GIT_COMMITTER_NAME: 'Ana', GIT_COMMITTER_EMAIL: 'ana@example.org' };
  const all = { ...cleanEnvironment(), ...author, ...committer, ...env };
  const { code, stderr } = await runProcess('bash', ['-c', script], { cwd, env: all, timeout: 300_000 });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const last = Number(read('at'));
  const said = code === 0 ? '' : read(`${last}.out`) + read(`${last}.err`) + stderr;
  expect([steps[last]?.commands, code, said]).toEqual([steps[last]?.commands, 0, '']);
  expect(last).toBe(steps.length - 1);
  for (const [at, { commands, shown }] of steps.entries())
    if (shown !== null)
      expect([commands, read(`${at}.out`)]).toEqual([commands, expect.stringMatching(toPattern(shown))]);
}

/** A shell function that fails with the first line of a file which no compiled guide has. */
function findLines(cwd: string): string {
  return `find_lines() {
  while IFS= read -r line; do
    cat '${cwd}'/generated/*/README.md '${cwd}'/generated/*/team/*.md | grep -Fxq -- "$line" || { echo "in no guide: $line" >&2; return 1; }
  done < "$1"
}`;
}
