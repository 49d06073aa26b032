import type { Edit } from './edit.ts';
import type { Probe } from './probes.ts';
import { type FileTouch, findTouches, type Touch } from './touches.ts';
import type { Trace } from './trace.ts';

/** The lines that a place of the spec makes: by artifact, then by line from 1, what writing otherwise there does. */
export type Effects = ReadonlyMap<string, ReadonlyMap<number, ReadonlySet<Touch>>>;

/** What each way to write otherwise at any of the places does, together. */
export function findEffects(trace: Trace, probes: readonly Probe[]): Effects {
  const rounds = Math.max(0, ...probes.map(({ edits }) => edits.length));
  const all = Array.from({ length: rounds }, (_, round) => touchRound(trace, pickRound(probes, round)));
  return joinTouches(all.flat());
}

/** The edits of one round, one a probe; a probe that has no more ways is left as it is. */
function pickRound(probes: readonly Probe[], round: number): readonly (readonly Edit[])[] {
  return probes.map(({ edits }) => edits[round]).filter((edit) => edit !== undefined);
}

/** All edits at once, since one emission is dear; halved where they do not go together. */
function touchRound(trace: Trace, edits: readonly (readonly Edit[])[]): readonly FileTouch[] {
  if (edits.length === 0) return [];
  const changed = trace.emit(edits.flat());
  if (changed !== null) return findTouches(trace.base, changed);
  if (edits.length === 1) return [];
  const middle = edits.length >> 1;
  return [...touchRound(trace, edits.slice(0, middle)), ...touchRound(trace, edits.slice(middle))];
}

/** Everything that touches a line, line by line. */
export function joinTouches(touches: readonly FileTouch[]): Effects {
  const files = new Map<string, Map<number, Set<Touch>>>();
  for (const { path, lines } of touches) for (const [line, touch] of lines) addTouch(files, path, line, touch);
  return files;
}

/** All that any of them does, in the order of paths and lines. */
export function mergeEffects(all: readonly Effects[]): Effects {
  const files = new Map<string, Map<number, Set<Touch>>>();
  for (const effects of all)
    for (const [path, lines] of effects)
      for (const [line, touches] of lines) for (const touch of touches) addTouch(files, path, line, touch);
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([path, lines]) => [path, new Map([...lines].sort(([a], [b]) => a - b))]));
}

function addTouch(files: Map<string, Map<number, Set<Touch>>>, path: string, line: number, touch: Touch): void {
  const lines = files.get(path) ?? new Map<number, Set<Touch>>();
  files.set(path, lines);
  lines.set(line, (lines.get(line) ?? new Set()).add(touch));
}
