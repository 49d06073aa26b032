import { readFileSync } from 'node:fs';
import { renderJson, renderSummary } from '../commands/compile-summary.ts';
import { findSpec, locateOut } from '../find-spec.ts';
import { showPath } from '../show-path.ts';
import type { QuickArguments } from '../start/read-arguments.ts';
import { writeNow } from '../write-now.ts';
import { isUnbroken } from './seal.ts';
import { decodeStamp, findStamp, type Stamp } from './stamp.ts';

/**
 * Answers a `compile` or `compile --check` that has nothing to do, with what the compile itself would print; its exit
 * code is 0. False, with nothing printed, wherever anything is not exactly as the last compile left it.
 */
export function answerUnchanged(process: NodeJS.Process, given: QuickArguments, build: string): boolean {
  const text = findAnswer({ cwd: process.cwd(), env: process.env }, given, build);
  if (text === null) return false;
  const rest = writeNow(1, text);
  if (rest.length > 0) process.stdout.write(rest);
  return true;
}

type World = Parameters<typeof findSpec>[0];

function findAnswer(world: World, given: QuickArguments, build: string): string | null {
  if (given.command !== 'compile') return null;
  try {
    const { path, projectRoot } = findSpec(world, given.spec);
    const found = decodeStamp(readFileSync(findStamp(projectRoot)), build);
    if (found === null || !found.spec.equals(readFileSync(path))) return null;
    const out = locateOut(world, projectRoot, given.out);
    return holds(found.stamp, path, out, given) ? render(world, found.stamp, given) : null;
  } catch {
    // Whatever it is: the compile says it in words.
    return null;
  }
}

function holds(stamp: Stamp, spec: string, out: string, { env }: QuickArguments): boolean {
  return (
    stamp.spec === spec &&
    stamp.out === out &&
    stamp.user === (process.getuid?.() ?? null) &&
    stamp.asked.length === env.length &&
    stamp.asked.every((name, index) => name === env[index]) &&
    Object.entries(stamp.seals).every(([path, seal]) => isUnbroken(path, seal))
  );
}

function render(world: World, { out, environments }: Stamp, { check, format }: QuickArguments): string {
  const plans = environments.map(([name, unchanged]) => ({ name, unchanged, write: [], remove: [], refused: [] }));
  const summarised = { shown: showPath(world, out), check, plans };
  return format === 'json' ? renderJson(summarised) : renderSummary(summarised);
}
