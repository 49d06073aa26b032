import type { SpecPath } from '../spec/node.ts';
import { alignLines } from './align.ts';
import type { Probe } from './probes.ts';
import { type Emitted, splitLines, touchOf } from './touches.ts';
import type { Trace } from './trace.ts';

/** A map of more entries than this is first freed of those that a line does without. */
const fewEntries = 8;

/** The part of a spec in which one line still stands as it is, and where it stands there. */
export interface Focus {
  readonly trace: Trace;
  readonly at: number;
}

/**
 * Takes away the entries of large maps (a thousand pipelines) without which the line (from 1) stays as it is, so that
 * what is left is quickly asked: a few emissions of the whole, then ever smaller ones. Of several entries that would each
 * do for the line to be there, one is left.
 */
export function focusTrace(whole: Trace, file: string, line: number): Focus {
  const stands = (trace: Trace) => touchOf(whole.base, trace.base, file, line) === null;
  const trace = listCollections(whole.probes)
    .filter((entries) => entries.length > fewEntries)
    .reduce((left, entries) => dropNeedless(left, entries, stands), whole);
  return { trace, at: trace === whole ? line : moveLine(whole.base, trace.base, file, line) };
}

/** The entries of each map whose keys are the user's own, which may all be left out. */
function listCollections(probes: readonly Probe[]): readonly (readonly SpecPath[])[] {
  const collections = new Map<string, SpecPath[]>();
  for (const { path, kind } of probes) {
    if (kind !== 'name') continue;
    const parent = JSON.stringify(path.slice(0, -1));
    const entries = collections.get(parent) ?? [];
    entries.push(path);
    collections.set(parent, entries);
  }
  return [...collections.values()];
}

function dropNeedless(trace: Trace, entries: readonly SpecPath[], stands: (trace: Trace) => boolean): Trace {
  const less = tryWithout(trace, entries);
  if (less !== null && stands(less)) return less;
  if (entries.length <= 1) return trace;
  const middle = entries.length >> 1;
  return dropNeedless(dropNeedless(trace, entries.slice(0, middle), stands), entries.slice(middle), stands);
}

/** Null where what is left cannot be compiled, since something else names what is gone. */
function tryWithout(trace: Trace, entries: readonly SpecPath[]): Trace | null {
  try {
    return trace.without(entries);
  } catch {
    return null;
  }
}

/** Where a line that stays as it is stands in the other artifacts. */
function moveLine(from: Emitted, to: Emitted, file: string, line: number): number {
  const hunks = alignLines(splitLines(from.get(file) ?? ''), splitLines(to.get(file) ?? ''));
  const before = hunks.filter((hunk) => hunk.to < line);
  return before.reduce((at, hunk) => at + (hunk.end - hunk.start) - (hunk.to - hunk.from), line);
}
