import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** A call of one of Google Cloud's programs, as the shell hands it over: the program, then its arguments. */
export type Call = readonly string[];

const programs = ['gcloud', 'kubectl', 'docker'] as const;

/** The blocks of commands of a page. */
export function readBlocks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, body = '']) => body);
}

/** The lines of gcloud in a Terraform file's texts for people, which Terraform fills in. */
export function readTerraform(text: string): readonly string[] {
  const filled = text.replaceAll(/\$\{[^{}]*\}/g, 'x');
  const lines = [...filled.matchAll(/^ *(gcloud .*)$/gm), ...filled.matchAll(/`(gcloud [^`\n]*--[^`\n]*)`/g)];
  // Where a person is to say how many.
  return lines.map(([, line = '']) => line.replaceAll(/=GB\b/g, '=100'));
}

/**
 * The calls that blocks make, read by a real bash: it runs them in an empty folder where every program is missed without
 * a word, but for these, whose arguments are noted. Each that a block names has to come by.
 */
export async function listCalls(blocks: readonly string[]): Promise<readonly Call[]> {
  const folder = makeTemporaryFolder('calls');
  const found: Call[] = [];
  await Promise.all(
    [...new Set(blocks)].map(async (block, at) => {
      const named = block.replaceAll(/^ *#.*$/gm, '').match(/(?<![\w/=-])(gcloud|kubectl|docker) (?=[a-z])/g) ?? [];
      if (named.length === 0) return;
      const cwd = join(folder, `${at}`);
      mkdirSync(cwd);
      writeFileSync(join(cwd, 'block.sh'), block);
      const notes = programs.map((name) => `${name}() { printf '%s\\037' ${name} "$@" >&9; printf '\\036' >&9; }`);
      const quiet = ['command_not_found_handle', 'cd', 'read', 'source', 'sleep'].map((name) => `${name}() { :; }`);
      const script = `${[...notes, ...quiet].join('\n')}\nexec 9>&1 >/dev/null 2>&1 </dev/null\nPATH=/nowhere\n. ./block.sh\nwait\n`;
      const { stdout } = await runOrThrow('bash', ['-c', script], { cwd });
      const calls = stdout
        .split('\u001e')
        .slice(0, -1)
        .map((call) => call.split('\u001f').slice(0, -1));
      expect([block, calls.length]).toEqual([block, named.length]);
      found.push(...calls);
    }),
  );
  return found;
}
