import type { MapEntry, MapNode, SpecNode } from './node.ts';

/** The overlay over the base: maps merge, lists and scalars replace, `null` removes. Each node keeps its place. */
export function mergeNodes(base: SpecNode, overlay: SpecNode): SpecNode {
  if (base.kind !== 'map' || overlay.kind !== 'map') return dropNulls(overlay);
  const entries = new Map<string, MapEntry>(base.entries);
  for (const [key, entry] of overlay.entries) {
    const old = entries.get(key);
    if (isNull(entry.value)) entries.delete(key);
    else if (old === undefined) entries.set(key, { key: entry.key, value: dropNulls(entry.value) });
    else
      entries.set(key, {
        key: keepsPlace(old.value, entry.value) ? old.key : entry.key,
        value: mergeNodes(old.value, entry.value),
      });
  }
  return { kind: 'map', entries, place: base.place };
}

/** A map without its `null` entries, at any depth below maps; lists are left as they are. */
export function dropNulls(node: MapNode): MapNode;
export function dropNulls(node: SpecNode): SpecNode;
export function dropNulls(node: SpecNode): SpecNode {
  if (node.kind !== 'map') return node;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries)
    if (!isNull(entry.value)) entries.set(key, { ...entry, value: dropNulls(entry.value) });
  return { ...node, entries };
}

/** A map without one of its keys. */
export function withoutKey(node: MapNode, key: string): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([name]) => name !== key)) };
}

function isNull(node: SpecNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function keepsPlace(old: SpecNode, overlay: SpecNode): boolean {
  return old.kind === 'map' && overlay.kind === 'map';
}
