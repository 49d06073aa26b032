import type { SpecPath } from '../spec/node.ts';
import { focusTrace } from './focus.ts';
import type { Probe } from './probes.ts';
import { type Touch, touchOf } from './touches.ts';
import type { Trace } from './trace.ts';

/** A place of the spec that makes a line. */
export interface Cause {
  readonly path: SpecPath;
  /** `environment`: the name of the environment itself. Else as the probe has it. */
  readonly kind: Probe['kind'] | 'environment';
  /** `text`: with something else there the line reads otherwise. `presence`: without it there is no such line. */
  readonly effect: 'text' | 'presence';
}

/** A place that touches a line, and how. */
export interface Hit {
  readonly path: SpecPath;
  readonly kind: Cause['kind'];
  readonly touches: ReadonlySet<Touch>;
}

/** The path of an environment's own name; of the whole spec where it names none. */
export function environmentPath({ named, environment }: Pick<Trace, 'named' | 'environment'>): SpecPath {
  return named ? ['environments', environment] : [];
}

/**
 * What made a line (from 1) of an artifact of the trace's base: those that decide its text first, then those without
 * which it would not be there. A line that every platform has is there because of the environment alone.
 */
export function findCauses(whole: Trace, file: string, line: number): readonly Cause[] {
  const { trace, at } = focusTrace(whole, file, line);
  const values = trace.probes.filter(({ kind }) => kind !== 'part');
  const parts = trace.probes.filter(({ kind }) => kind === 'part');
  return rankHits(trace, [
    ...searchRounds(trace, file, at, values),
    ...searchRounds(trace, file, at, parts),
    ...hitByName(trace, file, at),
  ]);
}

/** The hits of one line as causes: an enclosing part says nothing where something inside it says the same. */
export function rankHits(of: Pick<Trace, 'named' | 'environment'>, hits: readonly Hit[]): readonly Cause[] {
  if (hits.length === 0) return [{ path: environmentPath(of), kind: 'environment', effect: 'presence' }];
  const gone = hits.filter(({ touches }) => touches.has('gone'));
  const text = hits.filter(
    (hit) => hit.touches.has('altered') && (hit.kind !== 'part' || !hits.some((other) => saysForPart(other, hit.path))),
  );
  const said = new Set(text.map(({ path }) => JSON.stringify(path)));
  const presence = gone.filter(({ path, kind }) => {
    if (kind === 'name' && gone.some((hit) => hit.kind !== 'name' && isEqual(hit.path, path))) return false;
    return !said.has(JSON.stringify(path)) && !gone.some((hit) => isInside(hit.path, path));
  });
  return [
    ...text.map(({ path, kind }): Cause => ({ path, kind, effect: 'text' })),
    ...presence.map(({ path, kind }): Cause => ({ path, kind, effect: 'presence' })),
  ];
}

/** An entry's name stands for the entry, as what is inside it does. */
function saysForPart({ path, kind, touches }: Hit, part: SpecPath): boolean {
  return isInside(path, part) || (kind === 'name' && touches.has('altered') && isEqual(path, part));
}

function isEqual(a: SpecPath, b: SpecPath): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

function isInside(path: SpecPath, outer: SpecPath): boolean {
  return path.length > outer.length && outer.every((step, index) => step === path[index]);
}

function hitByName(trace: Trace, file: string, line: number): readonly Hit[] {
  const renamed = trace.emitRenamed();
  const touch = renamed === null ? null : touchOf(trace.base, renamed, file, line);
  return touch === null ? [] : [{ path: environmentPath(trace), kind: 'environment', touches: new Set([touch]) }];
}

/** Each round writes something else at every place, halving what touches the line until single places are left. */
function searchRounds(trace: Trace, file: string, line: number, probes: readonly Probe[]): readonly Hit[] {
  const rounds = Math.max(0, ...probes.map(({ edits }) => edits.length));
  const found = new Map<Probe, Set<Touch>>();
  for (let round = 0; round < rounds; round++) {
    const having = probes.filter(({ edits }) => edits.length > round);
    for (const [probe, touch] of searchGroup(trace, file, line, having, round))
      found.set(probe, (found.get(probe) ?? new Set()).add(touch));
  }
  return [...found].map(([{ path, kind }, touches]) => ({ path, kind, touches }));
}

function searchGroup(
  trace: Trace,
  file: string,
  line: number,
  probes: readonly Probe[],
  round: number,
): readonly (readonly [Probe, Touch])[] {
  const [first] = probes;
  if (first === undefined) return [];
  const changed = trace.emit(probes.flatMap(({ edits }) => edits[round] ?? []));
  const touch = changed === null ? null : touchOf(trace.base, changed, file, line);
  if (changed !== null && touch === null) return [];
  if (probes.length === 1) return touch === null ? [] : [[first, touch]];
  const middle = probes.length >> 1;
  return [
    ...searchGroup(trace, file, line, probes.slice(0, middle), round),
    ...searchGroup(trace, file, line, probes.slice(middle), round),
  ];
}
