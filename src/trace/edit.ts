import type { SpecPath } from '../spec/node.ts';
import type { PlatformSpec } from '../spec/schema.ts';

/** One thing written otherwise in a spec. Paths are those of the spec as it was, whatever else is edited with it. */
export type Edit =
  | { readonly kind: 'set'; readonly path: SpecPath; readonly value: unknown }
  | { readonly kind: 'remove'; readonly path: SpecPath }
  /** Of an entry of a map whose keys are the user's own. */
  | { readonly kind: 'rename'; readonly path: SpecPath; readonly to: string };

type Container = Record<string | number, unknown>;

/** The spec with all of the edits made; the given one is left as it is. */
export function applyEdits(spec: PlatformSpec, edits: readonly Edit[]): PlatformSpec {
  const copy = structuredClone(spec);
  // From the end, and what is inside a thing before the thing: so no edit moves what another one names.
  for (const edit of [...edits].sort((a, b) => comparePaths(b.path, a.path))) applyEdit(copy, edit);
  return copy;
}

function applyEdit(spec: PlatformSpec, edit: Edit): void {
  const step = edit.path.at(-1);
  const parent = enter(spec as unknown as Container, edit.path.slice(0, -1), edit.kind === 'set');
  if (parent === null || step === undefined) return;
  if (edit.kind === 'set') {
    define(parent, step, edit.value);
  } else if (Array.isArray(parent)) {
    parent.splice(Number(step), 1);
  } else {
    if (edit.kind === 'rename' && Object.hasOwn(parent, step)) define(parent, edit.to, parent[step]);
    delete parent[step];
  }
}

/** The map or list at a path; with `make`, maps that were not written are. */
function enter(root: Container, path: SpecPath, make: boolean): Container | null {
  let container = root;
  for (const step of path) {
    if (!Object.hasOwn(container, step) && make) define(container, step, {});
    const next = Object.hasOwn(container, step) ? container[step] : undefined;
    if (typeof next !== 'object' || next === null) return null;
    container = next as Container;
  }
  return container;
}

/** Like `container[step] = value`, for the key `__proto__` too. */
function define(container: Container, step: string | number, value: unknown): void {
  Object.defineProperty(container, step, { value, enumerable: true, configurable: true, writable: true });
}

/** By document order as far as lists go; a path comes before what is inside it. */
function comparePaths(a: SpecPath, b: SpecPath): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left = '', right = ''] = [a[index], b[index]];
    if (left === right) continue;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return String(left) < String(right) ? -1 : 1;
  }
  return a.length - b.length;
}
