import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compilePlatform, resolveSpec } from '../../src/compile.ts';
import { catalog } from '../../src/diagnostic/catalog.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { orderDiagnostics } from '../../src/diagnostic/order.ts';
import { projectRoot } from '../support/root.ts';
import { createRandom, listMutations, type Mutation } from './mutate-spec.ts';

// Whatever is done to a spec, the compiler says what is wrong and where, or compiles it, twice to the same bytes.
// A failure names the mutation; SEED=… tries others than those that every run tries.
const seed = Number(process.env['SEED'] ?? 4);
const wanted = Number(process.env['MUTATIONS'] ?? 20_000);

const valid = ['spec/platform.yaml', ...listSpecs('examples')];
// One is not UTF-8, one has no nodes, and one has no end as data.
const faulty = listSpecs('test/scenarios').filter((path) => !/PF001|PF002-empty|endless-alias/.test(path));

const mutations = chooseMutations();
const parts = 40;

/** The suites of one half of the mutations: two test files, so that two cores share them. */
export function describeMutations(half: 0 | 1): void {
  test(`there are ${wanted} mutations, of every spec`, () => {
    expect(mutations).toHaveLength(wanted);
    const files = new Set(mutations.map(({ where }) => where.split(' ')[0]));
    expect([...valid, ...faulty].filter((file) => !files.has(file))).toEqual([]);
  });

  describe('a mutated spec is told its mistakes, or compiles', () => {
    test.each(Array.from({ length: parts / 2 }, (_, part) => 2 * part + half))('part %i', async (part) => {
      const failures: string[] = [];
      for (let at = part; at < mutations.length; at += parts) {
        const mutation = mutations[at] as Mutation;
        const problem = await findProblem(mutation).catch((error: unknown) => String((error as Error).stack));
        if (problem !== null) failures.push(`seed ${seed}, ${at}: ${mutation.kind}: ${mutation.where}: ${problem}`);
      }
      expect(failures.slice(0, 10)).toEqual([]);
    });
  });
}

/** What the compiler owes to every text, or how it failed. */
async function findProblem({ kind, text, where }: Mutation): Promise<string | null> {
  const file = { path: 'platform.yaml', text };
  const resolved = await resolveSpec(file);
  const said = resolved.ok ? resolved.warnings : resolved.diagnostics;
  if (!resolved.ok && !said.some(({ severity }) => severity === 'error')) return 'refused without a word';
  const bad = findBadDiagnostic(said, text);
  if (bad !== null) return bad;
  if (kind.includes('secret') && formatDiagnostics(said, new Map([[file.path, text]]), false).includes('hunter2'))
    return 'shows a secret';
  if (!resolved.ok) return isOneMistake(kind, where) ? findFollowUp(said) : null;
  const again = await resolveSpec(file);
  if (!again.ok) return 'passes once';
  const trees = [resolved.value, again.value].map((platforms) => platforms.map((one) => compilePlatform(one, text)));
  return JSON.stringify(trees[0]) === JSON.stringify(trees[1]) ? null : 'compiles to other bytes';
}

function findBadDiagnostic(said: readonly Diagnostic[], text: string): string | null {
  const lines = text.split('\n');
  for (const diagnostic of said) {
    const { start, end } = diagnostic.range;
    const shown = JSON.stringify(diagnostic);
    for (const { line, column } of [start, end])
      if (line < 1 || line > lines.length || column < 1 || column > (lines[line - 1] ?? '').length + 1)
        return `a place outside the text: ${shown}`;
    if (end.line < start.line || (end.line === start.line && end.column < start.column)) return `ends early: ${shown}`;
    if (!Object.hasOwn(catalog, diagnostic.code)) return `an unknown code: ${shown}`;
    if (/undefined|\[object|\n {4}at /.test(diagnostic.message + diagnostic.hint)) return `odd words: ${shown}`;
    if (diagnostic.message.length > 1000) return `too long: ${shown.slice(0, 300)}`;
  }
  return JSON.stringify(orderDiagnostics(said)) === JSON.stringify(said) ? null : 'unsorted, or said twice';
}

/** A valid spec with one thing wrong, which is no name of the user's: one error is all there is to say. */
function isOneMistake(kind: string, where: string): boolean {
  return valid.includes(where.split(' ')[0] ?? '') && /^replace by (fraction|true|text)$/.test(kind);
}

function findFollowUp(said: readonly Diagnostic[]): string | null {
  const errors = said.filter(({ severity }) => severity === 'error');
  return errors.length === 1
    ? null
    : `said more than once: ${JSON.stringify(errors.map(({ code, message }) => [code, message]))}`;
}

/** All of the valid specs' and as many of the others' as are wanted, chosen evenly. */
function chooseMutations(): readonly Mutation[] {
  const random = createRandom(seed);
  const list = (paths: readonly string[]): Mutation[] =>
    paths.flatMap((path) => [...listMutations(path, readFileSync(join(projectRoot, path), 'utf8'), random)]);
  const first = list(valid).slice(0, wanted);
  const others = list(faulty);
  const step = others.length / (wanted - first.length);
  return [
    ...first,
    ...Array.from({ length: wanted - first.length }, (_, at) => others[Math.floor(at * step)] as Mutation),
  ];
}

function listSpecs(folder: string): readonly string[] {
  return readdirSync(join(projectRoot, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}/platform.yaml`)
    .sort();
}
