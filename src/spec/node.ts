import type { YamlEntry, YamlMap, YamlNode } from '../yaml/node.ts';
import type { Place } from './place.ts';

export type { Place } from './place.ts';

/** A parsed value that knows where each part of it was written. Overlays merge these, so a place survives the merge. */
export type SpecNode = YamlNode<Place>;
export type MapNode = YamlMap<Place>;
export type MapEntry = YamlEntry<Place>;

export type SpecPath = readonly (string | number)[];

/** The value as plain data; maps have no prototype keys lost (`__proto__` stays a key). */
export function nodeToValue(node: SpecNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(nodeToValue);
    case 'map':
      return mapToValue(node);
    default:
      return node satisfies never;
  }
}

function mapToValue({ entries }: MapNode): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  // Not `for … of`: code that runs for the first time takes a pair apart slowly.
  entries.forEach((entry, key) => {
    const item = nodeToValue(entry.value);
    if (key === '__proto__')
      Object.defineProperty(value, key, { value: item, enumerable: true, configurable: true, writable: true });
    else value[key] = item;
  });
  return value;
}

/** The node at a path, or null where there is none. */
export function findNode(root: SpecNode, path: SpecPath): SpecNode | null {
  let node: SpecNode = root;
  for (const step of path) {
    const next: SpecNode | undefined =
      node.kind === 'map'
        ? node.entries.get(String(step))?.value
        : node.kind === 'list'
          ? node.items[Number(step)]
          : undefined;
    if (next === undefined) return null;
    node = next;
  }
  return node;
}

/** The place of the value at a path; of the nearest enclosing part that was written where that one was not. */
export function locateValue(root: SpecNode, path: SpecPath): Place {
  for (let length = path.length; length > 0; length--) {
    const node = findNode(root, path.slice(0, length));
    if (node === null) continue;
    // What is missing inside a map is best shown at that map's key, not over its whole text.
    return length === path.length && node.kind === 'scalar' ? node.place : locateKey(root, path.slice(0, length));
  }
  return firstPlace(root);
}

/** The place of the key (or list item) that a path ends in. */
export function locateKey(root: SpecNode, path: SpecPath): Place {
  const parent = findNode(root, path.slice(0, -1));
  const step = path.at(-1);
  if (parent?.kind === 'map' && step !== undefined) {
    const entry = parent.entries.get(String(step));
    if (entry !== undefined) return entry.key;
  }
  const node = findNode(root, path);
  return node === null ? firstPlace(root) : node.kind === 'scalar' ? node.place : firstPlace(node);
}

function firstPlace(node: SpecNode): Place {
  if (node.kind === 'map') {
    const first = node.entries.values().next().value;
    if (first !== undefined && first.key.file === node.place.file) return first.key;
  }
  return node.place;
}

/** Whether a path leads to what `above` leads to, or to something in it. */
export function isInside(path: SpecPath, above: SpecPath): boolean {
  return above.every((step, index) => String(path[index]) === String(step));
}
