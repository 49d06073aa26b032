import { checkSchema, type SchemaMistake } from './check-schema.ts';
import { findNode, isInside, type Place, type SpecNode, type SpecPath } from './node.ts';
import { type Fault, faultyPlaces, repairNode } from './repair.ts';
import type { Shape } from './schema.ts';

type UnknownKey = Extract<Fault, { kind: 'unknownKey' }>;

/** What is said of the values below misspelt keys, and where those stand. */
export interface RenamedMistakes {
  readonly mistakes: readonly SchemaMistake[];
  readonly faulty: readonly Place[];
}

/**
 * The mistakes below keys that are misspelt, each read as the key it was probably meant as, so that one letter does not
 * hide the rest. Nothing is said below a key whose value is not even of the type that the other one has.
 */
export function checkRenamed(
  root: SpecNode,
  misspelt: readonly SchemaMistake[],
  shape: Shape,
  above: SpecPath,
): RenamedMistakes {
  const mistakes: SchemaMistake[] = [];
  const faulty: Place[] = [];
  let node = root;
  let keys = listRenames(node, misspelt);
  // Each round is a level deeper, and a text has an end.
  while (keys.length > 0) {
    node = repairNode(node, keys, 'most');
    const meant = keys.map(meantPath);
    const below = checkSchema(node, shape, above).filter(({ fault }) => isBelow(fault.path, meant));
    const unfit = below.filter(({ diagnostic }) => diagnostic.code === 'PF103').map(({ fault }) => fault.path);
    const doubtful = meant.filter((path) => unfit.some((wrong) => isSamePath(wrong, path)));
    const told = below.filter(({ fault }) => isToldBelow(fault) && !isBelow(fault.path, doubtful));
    mistakes.push(...told);
    faulty.push(
      ...faultyPlaces(
        node,
        told.map(({ fault }) => fault),
      ),
    );
    keys = listRenames(node, told);
  }
  return { mistakes, faulty };
}

/** A missing key may come from another environment: who merges them says so. */
function isToldBelow({ kind }: Fault): boolean {
  return kind === 'value' || kind === 'unknownKey' || kind === 'name';
}

/** The keys that have another one in mind which is not there itself. */
function listRenames(node: SpecNode, mistakes: readonly SchemaMistake[]): readonly UnknownKey[] {
  return mistakes.flatMap(({ fault }) =>
    fault.kind === 'unknownKey' && fault.meant !== null && findNode(node, meantPath(fault)) === null ? [fault] : [],
  );
}

function meantPath({ path, meant }: UnknownKey): SpecPath {
  return [...path.slice(0, -1), String(meant)];
}

function isBelow(path: SpecPath, places: readonly SpecPath[]): boolean {
  return places.some((place) => isInside(path, place));
}

function isSamePath(a: SpecPath, b: SpecPath): boolean {
  return a.length === b.length && isInside(a, b);
}
