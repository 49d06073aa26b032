import { withoutKey } from './merge.ts';
import { findNode, type MapNode, type SpecNode, type SpecPath } from './node.ts';

/** A key of an overlay that leaves the base as it is: what it says is there already, or is not there to be removed. */
export interface IdleKey {
  readonly kind: 'same' | 'empty' | 'absent';
  /** From the overlay's own root. */
  readonly path: SpecPath;
}

/** Every key of an overlay that changes nothing. `base` holds no `null`. An overlay that is empty as a whole is fine. */
export function findIdleKeys(base: MapNode, overlay: MapNode): readonly IdleKey[] {
  const idle: IdleKey[] = [];
  compareMaps(base, overlay, [], idle);
  return idle;
}

/**
 * The keys of a base that are empty, though no environment gives them a value: as `null` has nothing to remove there,
 * each is as good as not written. Lists are left out, since theirs is a value that the schema refuses.
 */
export function findEmptyKeys(document: MapNode, overlays: readonly MapNode[]): readonly SpecPath[] {
  const empty: SpecPath[] = [];
  collectEmpty(withoutKey(document, 'environments'), [], empty);
  return empty.filter((path) => !overlays.some((overlay) => !isNull(findNode(overlay, path))));
}

function collectEmpty(map: MapNode, path: SpecPath, empty: SpecPath[]): void {
  for (const [key, { value }] of map.entries) {
    if (isNull(value)) empty.push([...path, key]);
    else if (value.kind === 'map') collectEmpty(value, [...path, key], empty);
  }
}

function isNull(node: SpecNode | null): boolean {
  return node === null || (node.kind === 'scalar' && node.value === null);
}

function compareMaps(base: MapNode | null, overlay: MapNode, path: SpecPath, idle: IdleKey[]): void {
  for (const [key, { value }] of overlay.entries) {
    const old = base?.entries.get(key)?.value;
    const at = [...path, key];
    if (value.kind === 'scalar' && value.value === null) {
      if (old === undefined) idle.push({ kind: 'absent', path: at });
    } else if (value.kind === 'map' && (old === undefined || old.kind === 'map')) {
      if (value.entries.size > 0) compareMaps(old ?? null, value, at, idle);
      else if (old !== undefined) idle.push({ kind: 'empty', path: at });
    } else if (old !== undefined && isSame(old, value)) idle.push({ kind: 'same', path: at });
  }
}

function isSame(a: SpecNode, b: SpecNode): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && a.value === b.value;
  if (a.kind === 'list') {
    const others = b.kind === 'list' ? b.items : [];
    return (
      b.kind === 'list' && a.items.length === others.length && a.items.every((item, at) => isSameAt(item, others[at]))
    );
  }
  if (b.kind !== 'map' || a.entries.size !== b.entries.size) return false;
  return [...a.entries].every(([key, entry]) => isSameAt(entry.value, b.entries.get(key)?.value));
}

function isSameAt(a: SpecNode, b: SpecNode | undefined): boolean {
  return b !== undefined && isSame(a, b);
}
