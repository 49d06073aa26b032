import { identify } from '../diagnostic/order.ts';
import { checkRenamed } from './check-renamed.ts';
import { checkSchema, type SchemaMistake } from './check-schema.ts';
import type { Guess } from './guess.ts';
import { nodeToValue, type Place, type SpecNode, type SpecPath } from './node.ts';
import { type Fault, faultyPlaces, repairNode } from './repair.ts';
import type { PlatformSpec, Shape } from './schema.ts';
import { holdsNames } from './schema-walk.ts';
import type { GuessedEnvironment } from './validate.ts';

/** A document that may have mistakes, in its two guesses; the same node twice where nothing had to be guessed yet. */
export interface Draft {
  readonly least: SpecNode;
  readonly most: SpecNode;
  /** What was written wrongly, so that nothing is said about its repair. */
  readonly faulty: readonly Place[];
  /** What is only a guess, or is gone for want of one. */
  readonly guessed: readonly SpecPath[];
}

/** A document as it is read: by one reading, or by two. */
export function draftOf(least: SpecNode, most: SpecNode): Draft {
  return { least, most, faulty: [], guessed: [] };
}

/** The draft with faults repaired that are known by other means than the schema. */
export function repairDraft(draft: Draft, faults: readonly Fault[]): Draft {
  if (faults.length === 0) return draft;
  return {
    least: repairNode(draft.least, faults, 'least'),
    most: repairNode(draft.most, faults, 'most'),
    ...collectGuesses(draft, faults),
  };
}

/** The mistakes of the values and keys that are written, and the draft without them. */
export function settleWritten(draft: Draft, shape: Shape, above: SpecPath): Settled {
  const mistakes = checkSchema(draft.least, shape, above).filter(isWritten);
  const below = checkRenamed(draft.least, mistakes, shape, above);
  const settled = settle(draft, shape, isWritten, mistakes);
  return {
    mistakes: [...mistakes, ...below.mistakes],
    draft: settled === null ? null : { ...settled, faulty: [...settled.faulty, ...below.faulty] },
  };
}

/** The mistakes of a document as a whole, where keys are missing or exclude each other: those of every guess. */
export function settleWhole(draft: Draft): Settled {
  const mistakes = checkSchema(draft.least, 'platform');
  const others = mistakes.length === 0 ? [] : checkSchema(draft.most, 'platform');
  const said = new Set(others.map(({ diagnostic }) => identify(diagnostic)));
  const certain = mistakes.filter(({ diagnostic }) => said.has(identify(diagnostic)));
  return { mistakes: certain, draft: settle(draft, 'platform', () => true, mistakes) };
}

export interface Settled {
  readonly mistakes: readonly SchemaMistake[];
  /** Null where repairs went on without end: nothing more can be said. */
  readonly draft: Draft | null;
}

/** Repairs uncover mistakes of their own (a list without items, a renamed key's value); so often, never more. */
const mostRounds = 12;

type Which = (mistake: SchemaMistake) => boolean;

function settle(draft: Draft, shape: Shape, which: Which, mistakes: readonly SchemaMistake[]): Draft | null {
  const least = settleGuess(draft.least, shape, which, 'least');
  const most =
    least === draft.least && draft.most === draft.least ? least : settleGuess(draft.most, shape, which, 'most');
  if (least === null || most === null) return null;
  const faults = mistakes.map(({ fault }) => fault);
  return { least, most, ...collectGuesses(draft, faults) };
}

function collectGuesses(draft: Draft, faults: readonly Fault[]): Pick<Draft, 'faulty' | 'guessed'> {
  return {
    faulty: [...draft.faulty, ...faultyPlaces(draft.least, faults)],
    guessed: [...draft.guessed, ...faults.flatMap(guessedPaths)],
  };
}

/** A misspelt key leaves its own path and that of the key it was meant as in doubt. */
function guessedPaths(fault: Fault): readonly SpecPath[] {
  const meant = fault.kind === 'unknownKey' ? fault.meant : null;
  return meant === null ? [fault.path] : [fault.path, [...fault.path.slice(0, -1), meant]];
}

function settleGuess(node: SpecNode, shape: Shape, which: Which, guess: Guess): SpecNode | null {
  let repaired = node;
  for (let round = 0; round < mostRounds; round++) {
    // A name of the wrong form stays: nothing reads its form.
    const faults = checkSchema(repaired, shape)
      .filter(which)
      .map(({ fault }) => fault)
      .filter(({ kind }) => kind !== 'name');
    if (faults.length === 0) return repaired;
    repaired = repairNode(repaired, faults, guess);
  }
  return null;
}

function isWritten({ fault }: SchemaMistake): boolean {
  return fault.kind === 'value' || fault.kind === 'unknownKey' || fault.kind === 'name';
}

/** One guess where the two are the same document. */
export function toGuesses(name: string, { least, most, faulty, guessed }: Draft): GuessedEnvironment {
  const nodes = least === most ? [least] : [least, most];
  return {
    name,
    guesses: nodes.map((node) => ({ name, node, value: nodeToValue(node) as PlatformSpec })),
    faulty,
    namesInDoubt: guessed.some(holdsNames),
  };
}
