import { type Guess, guessEntry, guessNode } from './guess.ts';
import { withoutKey } from './merge.ts';
import { findNode, locateKey, type MapEntry, type MapNode, type Place, type SpecNode, type SpecPath } from './node.ts';
import { childSchema, findSchema } from './schema-walk.ts';

/** What is wrong at a path, as far as it matters for going on without it. */
export type Fault =
  /** A value that cannot stand there. */
  | { readonly kind: 'value'; readonly path: SpecPath }
  /** A key that the map above does not know; `meant` is the one it was probably meant as. */
  | { readonly kind: 'unknownKey'; readonly path: SpecPath; readonly meant: string | null }
  /** A name of the user's of the wrong form. Nothing reads its form, so it stays. */
  | { readonly kind: 'name'; readonly path: SpecPath }
  /** A key that is not there and must be. */
  | { readonly kind: 'missing'; readonly path: SpecPath }
  /** A map with too few or too many of its keys. */
  | { readonly kind: 'choice'; readonly path: SpecPath };

/** The document with each fault guessed away. Rename, fill, replace or drop: by what the guess is to be. */
export function repairNode(root: SpecNode, faults: readonly Fault[], guess: Guess): SpecNode {
  // The deepest first, so that each is still there at its turn.
  const ordered = [...faults].sort((a, b) => b.path.length - a.path.length);
  return ordered.reduce((node, fault) => repairFault(node, fault, guess), root);
}

/** The parts of a document that were written wrongly: what is said about them after a repair is said about a guess. */
export function faultyPlaces(root: SpecNode, faults: readonly Fault[]): readonly Place[] {
  return faults.flatMap(({ kind, path }) => {
    const node = findNode(root, path);
    if (node === null || path.length === 0 || kind === 'choice') return [];
    return kind === 'name' ? [locateKey(root, path)] : [locateKey(root, path), node.place];
  });
}

function repairFault(root: SpecNode, fault: Fault, guess: Guess): SpecNode {
  const { path } = fault;
  switch (fault.kind) {
    case 'name':
      return root;
    case 'unknownKey': {
      const rename = (map: SpecNode): SpecNode =>
        guess === 'most' && fault.meant === null ? replaceKey(map, path) : renameKey(map, path, guess, fault.meant);
      return changeNode(root, path.slice(0, -1), rename);
    }
    case 'value':
      return changeNode(root, path.slice(0, -1), (parent) => replaceChild(parent, path, guess));
    case 'missing':
      return changeNode(root, path.slice(0, -1), (map) => addKey(map, path, guess));
    case 'choice':
      return changeNode(root, path, (map) => chooseKey(map, path, guess));
    default:
      return fault satisfies never;
  }
}

/** The document with the node at a path changed; a path that leads nowhere changes nothing. */
function changeNode(root: SpecNode, path: SpecPath, change: (node: SpecNode) => SpecNode): SpecNode {
  const [step, ...rest] = path;
  if (step === undefined) return change(root);
  if (root.kind === 'list') {
    const items = root.items.map((item, index) => (index === Number(step) ? changeNode(item, rest, change) : item));
    return { ...root, items };
  }
  const entry = root.kind === 'map' ? root.entries.get(String(step)) : undefined;
  if (root.kind !== 'map' || entry === undefined) return root;
  return withEntry(root, String(step), { ...entry, value: changeNode(entry.value, rest, change) });
}

function replaceChild(parent: SpecNode, path: SpecPath, guess: Guess): SpecNode {
  const above = findSchema(path.slice(0, -1));
  const step = path.at(-1);
  if (step === undefined) return parent;
  const schema = above === null ? null : childSchema(above, step);
  const needed = above?.required?.includes(String(step)) === true;
  if (parent.kind === 'list') {
    if (schema === null) return parent;
    const items = parent.items.map((item, index) =>
      index === Number(step) ? guessNode(schema, guess, item.place) : item,
    );
    return { ...parent, items };
  }
  const entry = parent.kind === 'map' ? parent.entries.get(String(step)) : undefined;
  if (parent.kind !== 'map' || entry === undefined) return parent;
  if (schema === null || (guess === 'least' && !needed)) return withoutKey(parent, String(step));
  return withEntry(parent, String(step), { ...entry, value: guessNode(schema, guess, entry.value.place) });
}

function renameKey(map: SpecNode, path: SpecPath, guess: Guess, meant: string | null): SpecNode {
  const key = String(path.at(-1));
  const entry = map.kind === 'map' ? map.entries.get(key) : undefined;
  if (map.kind !== 'map' || entry === undefined) return map;
  const without = withoutKey(map, key);
  return guess === 'least' || meant === null || without.entries.has(meant) ? without : withEntry(without, meant, entry);
}

/** A key unlike any: where the map wants a choice of its keys, it was a choice. */
function replaceKey(map: SpecNode, path: SpecPath): SpecNode {
  const without = renameKey(map, path, 'least', null);
  const schema = findSchema(path.slice(0, -1));
  if (without.kind !== 'map' || without.entries.size >= (schema?.minProperties ?? 0)) return without;
  return chooseKey(without, path.slice(0, -1), 'most');
}

function addKey(map: SpecNode, path: SpecPath, guess: Guess): SpecNode {
  const schema = findSchema(path);
  const key = String(path.at(-1));
  if (map.kind !== 'map' || schema === null || map.entries.has(key)) return map;
  return withEntry(map, key, guessEntry(schema, guess, map.place));
}

function chooseKey(map: SpecNode, path: SpecPath, guess: Guess): SpecNode {
  const schema = findSchema(path);
  if (map.kind !== 'map' || schema === null) return map;
  if (map.entries.size === 0) {
    const filled = guessNode(schema, guess, map.place);
    return filled.kind === 'map' ? { ...map, entries: filled.entries } : map;
  }
  const kept = guess === 'least' ? [...map.entries].slice(0, 1) : [...map.entries].slice(-1);
  return { ...map, entries: new Map(kept) };
}

function withEntry(map: MapNode, key: string, entry: MapEntry): MapNode {
  return { ...map, entries: new Map([...map.entries, [key, entry]]) };
}
