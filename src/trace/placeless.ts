import type { Place, SpecNode } from '../spec/node.ts';

const nowhere: Place = { file: '', range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } } };

/** A value that nobody wrote as the tree that the rules ask for; whatever they say of it is said of nowhere. */
export function toNode(value: unknown): SpecNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(toNode), place: nowhere };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, { key: nowhere, value: toNode(item) }] as const);
    return { kind: 'map', entries: new Map(entries), place: nowhere };
  }
  return { kind: 'scalar', value: value as string | number | boolean | null, place: nowhere };
}
