import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml';
import type { Range } from '../../src/diagnostic/diagnostic.ts';
import { escapeUnseen } from '../../src/print/characters.ts';
import type { TextField } from './schema-fields.ts';

type Data = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

/** A field of a spec and the text it is to get. */
export interface Placed {
  readonly field: TextField;
  readonly path: Path;
  readonly text: string;
}

/** A spec's text, and where in it each of the texts is. */
export interface HostileSpec {
  readonly text: string;
  readonly places: readonly Range[];
}

/** The path of a field in a spec that has it, or null: `*` becomes the first key or item that has what follows. */
export function findPath(spec: unknown, steps: readonly string[]): Path | null {
  const [step, ...rest] = steps;
  if (step === undefined) return [];
  if (typeof spec !== 'object' || spec === null) return null;
  const keys = step === '*' ? Object.keys(spec) : Object.hasOwn(spec, step) ? [step] : [];
  for (const key of keys) {
    const below = findPath((spec as Data)[key], rest);
    if (below !== null) return [Array.isArray(spec) ? Number(key) : key, ...below];
  }
  return null;
}

/**
 * The spec with fields set, or the keys that they are renamed. Written as JSON, which is YAML: its reader then gets the
 * very characters, whatever they are.
 */
export function setTexts(spec: object, placed: readonly Placed[]): HostileSpec {
  const changed = placed.reduce(
    (before, { field, path, text }) => (field.isKey ? renameKey(before, path, text) : setValue(before, path, text)),
    spec,
  );
  const lines = JSON.stringify(changed, null, 2).split('\n').map(escapeUnseen);
  const text = `${lines.join('\n')}\n`;
  const document = parseDocument(text);
  const places = placed.map(({ field, path, text: name }) =>
    locate(document.contents, text, field.isKey ? [...path.slice(0, -1), name] : path),
  );
  return { text, places };
}

function setValue(spec: object, path: Path, value: string): object {
  const copy = structuredClone(spec);
  const parent = path.slice(0, -1).reduce<Record<string, unknown>>(enter, copy as Record<string, unknown>);
  Object.defineProperty(parent, String(path.at(-1)), { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

function renameKey(spec: object, path: Path, name: string): object {
  const copy = structuredClone(spec);
  const map = path.slice(0, -1).reduce<Record<string, unknown>>(enter, copy as Record<string, unknown>);
  const entries = Object.entries(map).map(([key, value]) => [key === path.at(-1) ? name : key, value] as const);
  for (const key of Object.keys(map)) delete map[key];
  for (const [key, value] of entries) Object.defineProperty(map, key, { value, enumerable: true, configurable: true });
  return copy;
}

function enter(parent: Record<string, unknown>, step: string | number): Record<string, unknown> {
  return parent[step] as Record<string, unknown>;
}

/** From the field's key, where it has one, to the end of its value. */
function locate(root: Node | null, text: string, path: Path): Range {
  let node = root;
  let start = 0;
  for (const step of path) {
    const pair: Pair<Node, Node> | undefined = isMap(node)
      ? (node.items as Pair<Node, Node>[]).find(({ key }) => isScalar(key) && key.value === step)
      : undefined;
    start = pair?.key.range?.[0] ?? start;
    node = pair?.value ?? (isSeq(node) ? (node.items[Number(step)] as Node) : null);
    if (pair === undefined) start = node?.range?.[0] ?? start;
  }
  const end = node?.range?.[1] ?? start;
  return { start: toPosition(text, start), end: toPosition(text, end) };
}

function toPosition(text: string, offset: number): Range['start'] {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** True where a place lies in another, ends included. */
export function isInside(inner: Range, outer: Range): boolean {
  return !isBefore(inner.start, outer.start) && !isBefore(outer.end, inner.end);
}

function isBefore(a: Range['start'], b: Range['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
