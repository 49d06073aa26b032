import type { Range } from '../../src/diagnostic/diagnostic.ts';
import type { SpecNode } from '../../src/spec/node.ts';
import { parseDocument } from '../../src/spec/parse.ts';
import { createPlaces, type Place } from '../../src/spec/place.ts';
import { readPlainYaml } from '../../src/yaml/read-plain.ts';

/** What the reader made of a text beside what the yaml library did. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'left' }
  | { readonly kind: 'differs'; readonly text: string; readonly ours: unknown; readonly library: unknown };

/** `left` where the reader leaves the text to the library, which is always right. */
export function compareReaders(text: string): Verdict {
  const file = { path: 'platform.yaml', text };
  const ours = readPlainYaml(text, createPlaces(file));
  if (ours === null) return { kind: 'left' };
  const library = parseDocument(file);
  if (!library.ok) return { kind: 'differs', text, ours: flatten(ours), library: library.diagnostics };
  return isSame(ours, library.value)
    ? { kind: 'same' }
    : { kind: 'differs', text, ours: flatten(ours), library: flatten(library.value) };
}

function isSame(a: SpecNode, b: SpecNode): boolean {
  if (!isSamePlace(a.place, b.place)) return false;
  if (a.kind === 'scalar') return b.kind === 'scalar' && Object.is(a.value, b.value);
  if (a.kind === 'list')
    return (
      b.kind === 'list' &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => isSame(item, b.items[index] as SpecNode))
    );
  if (b.kind !== 'map' || a.entries.size !== b.entries.size) return false;
  const others = [...b.entries];
  return [...a.entries].every(([key, entry], index) => {
    const [otherKey, other] = others[index] ?? [];
    return (
      key === otherKey && other !== undefined && isSamePlace(entry.key, other.key) && isSame(entry.value, other.value)
    );
  });
}

function isSamePlace(a: Place, b: Place): boolean {
  const [one, other] = [a.range, b.range];
  return (
    a.file === b.file &&
    one.start.line === other.start.line &&
    one.start.column === other.start.column &&
    one.end.line === other.end.line &&
    one.end.column === other.end.column
  );
}

/** A tree as lines of its values and places, for a failure's message. */
function flatten(node: SpecNode, path = ''): readonly string[] {
  const at = `${path || '.'} ${showRange(node.place.range)}`;
  if (node.kind === 'scalar') return [`${at} ${Object.is(node.value, -0) ? '-0' : JSON.stringify(node.value)}`];
  if (node.kind === 'list')
    return [`${at} list`, ...node.items.flatMap((item, index) => flatten(item, `${path}.${index}`))];
  return [
    `${at} map`,
    ...[...node.entries].flatMap(([key, entry]) => [
      `${path}.${key} key ${showRange(entry.key.range)}`,
      ...flatten(entry.value, `${path}.${key}`),
    ]),
  ];
}

function showRange({ start, end }: Range): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}
