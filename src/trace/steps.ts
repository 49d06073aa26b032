import type { Platform } from '../model/platform.ts';
import { derivePlatform } from '../model/resolve.ts';
import { checkRules } from '../model/rules/rules.ts';
import { hasShape } from '../spec/has-shape.ts';
import type { PlatformSpec } from '../spec/schema.ts';
import type { ValidSpec } from '../spec/validate.ts';
import { toNode } from './placeless.ts';
import { type Substitution, substituteEach } from './substitute.ts';

/** What a place of the spec that was written otherwise does, or a few of them that only go together. */
export interface Step {
  /** Empty where only the models are known, and not the specs that they are of. */
  readonly differences: readonly Difference[];
  readonly before: Platform;
  readonly after: Platform;
}

export interface Steps {
  readonly steps: readonly Step[];
  /** How many differences are past the most that were wanted. */
  readonly left: number;
}

/** `gone`: a place of the spec as it was, at which nothing is any more. */
export type Difference = Pick<Substitution<unknown>, 'path' | 'kind'>;

/** One environment of a spec, before and after, and what is known of both. */
export interface SpecPair {
  readonly environment: string;
  readonly named: boolean;
  readonly before: PlatformSpec;
  readonly after: PlatformSpec;
}

/** The environment in both specs; null where one of them does not have it, or is of no environments. */
export function pairSpecs(before: ValidSpec, after: ValidSpec, environment: string): SpecPair | null {
  const find = ({ environments }: ValidSpec) => environments.find(({ name }) => name === environment)?.value;
  const [was, is] = [find(before), find(after)];
  if (was === undefined || is === undefined || before.named !== after.named) return null;
  return { environment, named: after.named, before: was, after: is };
}

/**
 * The steps from one spec to another, of the first `most` places that differ. Each is written alone into the old spec;
 * where nothing would compile so, it is taken alone out of the new one. What is left is written in pairs (a thing and the
 * one in its place), else after one other that it needs, else all together; if nothing compiles even so, it is in no step.
 */
export function listSteps(pair: SpecPair, most: number): Steps {
  const made = substituteEach(pair.before, pair.after);
  const undone = new Map(substituteEach(pair.after, pair.before).map((one) => [one.id, one.make]));
  const takeStep = stepsOf(pair);
  const found = made.slice(0, most).map((one) => {
    const without = undone.get(one.id);
    const alone = takeStep(pair.before, one.make(), [one]);
    return { one, step: alone ?? (without === undefined ? null : takeStep(without(), pair.after, [one])) };
  });
  const left = found.flatMap(({ one, step }) => (step === null ? [one] : []));
  return {
    steps: [...found.flatMap(({ step }) => step ?? []), ...joinLeft(pair, left, made, takeStep)],
    left: made.length - found.length,
  };
}

/** The steps between two models of which the specs are not known: each single field that differs, written alone. */
export function listModelSteps(before: Platform, after: Platform, most: number): Steps {
  const made = substituteEach(before, after);
  const asked = made.slice(0, most);
  return {
    steps: asked.map(({ make }) => ({ differences: [], before, after: make() })),
    left: made.length - asked.length,
  };
}

type TakeStep = (from: PlatformSpec, to: PlatformSpec, differences: readonly Difference[]) => Step | null;

/** Null where one of the two is nothing that compiles. */
function stepsOf({ environment, named }: SpecPair): TakeStep {
  const known = new Map<PlatformSpec, Platform | null>();
  const derive = (value: PlatformSpec): Platform | null => {
    const platform = known.get(value) ?? (isSound(value) ? derivePlatform(value, environment, named) : null);
    known.set(value, platform);
    return platform;
  };
  return (from, to, differences) => {
    const [before, after] = [derive(from), derive(to)];
    if (before === null || after === null) return null;
    return { differences: differences.map(({ path, kind }) => ({ path, kind })), before, after };
  };
}

function isSound(value: PlatformSpec): boolean {
  return (
    hasShape(value, 'platform') &&
    !checkRules({ value, root: toNode(value) }).some(({ severity }) => severity === 'error')
  );
}

/** The old spec with several differences made in it, one after another. */
function makeAll({ before, after }: SpecPair, differences: readonly Substitution<unknown>[]): PlatformSpec {
  return differences.reduce<PlatformSpec>(
    (spec, { id }) =>
      substituteEach(spec, after)
        .find((one) => one.id === id)
        ?.make() ?? spec,
    before,
  );
}

/** As many others as are tried with one; what needs another has it near. */
const mostOthers = 50;

type Made = Substitution<PlatformSpec>;

function joinLeft(pair: SpecPair, left: readonly Made[], made: readonly Made[], takeStep: TakeStep): readonly Step[] {
  const open = new Set(left);
  const steps: Step[] = [];
  const close = (differences: readonly Made[], step: Step | null) => {
    if (step === null) return;
    for (const one of differences) open.delete(one);
    steps.push(step);
  };
  const together = (differences: readonly Made[]) => takeStep(pair.before, makeAll(pair, differences), differences);
  for (const [at, one] of left.entries())
    for (const other of left.slice(at + 1, at + mostOthers))
      if (open.has(one) && open.has(other)) close([one, other], together([one, other]));
  for (const one of left)
    for (const other of made.slice(0, mostOthers))
      if (open.has(one) && other !== one) close([one], takeStep(other.make(), makeAll(pair, [other, one]), [one]));
  if (open.size > 1) close([...open], together([...open]));
  return steps;
}
