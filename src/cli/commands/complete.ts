import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { catalog } from '../../diagnostic/catalog.ts';
import { findNode, type SpecNode } from '../../spec/node.ts';
import { readTree } from '../../spec/read-spec.ts';
import { type Candidate, planCompletion } from '../completion.ts';
import type { Context, ExitCode } from '../context.ts';
import { findSpec } from '../find-spec.ts';

/**
 * Prints what may stand in the place of the last word, for the scripts of `platform completion`: a line each, with a tab
 * before its description, and `:files` or `:folders` where the shell shall list those itself.
 */
export async function runComplete(context: Context, program: Command, words: readonly string[]): Promise<ExitCode> {
  const current = words.at(-1) ?? '';
  const { sources, prefix, spec } = planCompletion(program, words);
  for (const source of sources) {
    if (source.kind === 'paths') {
      context.stdout.write(`:${source.of}\n`);
      continue;
    }
    const candidates = source.kind === 'names' ? await listNames(context, source.of, spec) : source.candidates;
    for (const { word, description } of candidates)
      if (`${prefix}${word}`.startsWith(current)) context.stdout.write(`${prefix}${word}\t${description}\n`);
  }
  return 0;
}

async function listNames(
  context: Context,
  of: 'environments' | 'pipelines' | 'codes',
  spec: string | undefined,
): Promise<readonly Candidate[]> {
  if (of === 'codes') return Object.entries(catalog).map(([word, description]) => ({ word, description }));
  const root = await readSpec(context, spec);
  const environments = listKeys(root, [['environments']]);
  if (of === 'environments') return describeNone(environments.length > 0 ? environments : ['default']);
  const overlays = environments.map((name) => ['environments', name, 'pipelines']);
  return describeNone(listKeys(root, [['pipelines'], ...overlays]));
}

/** The spec as far as it can be read; whatever is wrong with it, a TAB is not the place to say so. */
async function readSpec(context: Context, named: string | undefined): Promise<SpecNode | null> {
  try {
    const { path } = findSpec(context, named);
    return await readTree({ path, text: await readFile(path, 'utf8') });
  } catch {
    return null;
  }
}

function listKeys(root: SpecNode | null, paths: readonly (readonly string[])[]): readonly string[] {
  const maps = paths.map((path) => (root === null ? null : findNode(root, path)));
  return [...new Set(maps.flatMap((node) => (node?.kind === 'map' ? [...node.entries.keys()] : [])))];
}

function describeNone(names: readonly string[]): readonly Candidate[] {
  return names.map((word) => ({ word, description: '' }));
}
