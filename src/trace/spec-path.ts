import { suggestName } from '../diagnostic/suggest.ts';
import type { SpecNode, SpecPath } from '../spec/node.ts';
import { followReference, type SchemaNode, schema } from '../spec/schema.ts';

/** A path as a person writes it: `hosting.cloudSql.tier`, `access.people[0].member`, `flags["a.b"]`. */
export function formatPath(path: SpecPath): string {
  return path
    .map((step, index) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w-]+$/.test(step)
          ? `${index === 0 ? '' : '.'}${step}`
          : `[${quoteKey(step)}]`,
    )
    .join('');
}

/** As JSON, without what would move a terminal's cursor or turn what follows around. */
function quoteKey(key: string): string {
  return JSON.stringify(key).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    // By UTF-16 units, so that JSON reads it back.
    (char) => Array.from({ length: char.length }, (_, at) => escapeUnit(char.charCodeAt(at))).join(''),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** The path that was meant, with its place in the schema; or why there is none. */
export type FoundPath =
  | { readonly kind: 'found'; readonly path: SpecPath; readonly schema: SchemaNode }
  | { readonly kind: 'unknown'; readonly message: string; readonly hint: string };

/**
 * Reads what `formatPath` writes, `people.0` for `people[0]`, and keys with dots as they are. A key that is not written
 * is found where the schema has it.
 */
export function findPath(text: string, root: SpecNode): FoundPath {
  return walk(text, root, schema, []);
}

function walk(rest: string, node: SpecNode | null, reference: SchemaNode, path: SpecPath): FoundPath {
  const own = followReference(reference);
  if (rest === '') return { kind: 'found', path, schema: own };
  const keys = listKeys(node, own);
  const step = readStep(path.length === 0 ? rest : rest.replace(/^\./, ''), keys);
  if (step === null || !keys.includes(step.key)) {
    const deeper = path.length > 0 || step === null ? [] : findDeeper(step.key, node, own, []).slice(0, 3);
    return refuse(step?.key ?? rest, keys, path, deeper);
  }
  if (node?.kind === 'list')
    return walk(step.rest, node.items[Number(step.key)] ?? null, own.items ?? {}, [...path, Number(step.key)]);
  const below = node?.kind === 'map' ? (node.entries.get(step.key)?.value ?? null) : null;
  const open = typeof own.additionalProperties === 'object' ? own.additionalProperties : {};
  return walk(step.rest, below, own.properties?.[step.key] ?? open, [...path, step.key]);
}

/** What can stand next in a path: the keys written and those the schema has, or the numbers of items. */
function listKeys(node: SpecNode | null, own: SchemaNode): readonly string[] {
  if (node?.kind === 'list') return node.items.map((_, index) => String(index));
  const written = node?.kind === 'map' ? [...node.entries.keys()] : [];
  return [...new Set([...written, ...Object.keys(own.properties ?? {})])];
}

/** The first step of a path, the longest key that fits; null where none can be read. */
function readStep(text: string, keys: readonly string[]): { readonly key: string; readonly rest: string } | null {
  const bracket = /^\[(\d+|"(?:[^"\\]|\\.)*")\]/.exec(text);
  if (bracket !== null) return { key: String(JSON.parse(bracket[1] ?? '0')), rest: text.slice(bracket[0].length) };
  const fitting = keys.filter((key) => text.startsWith(key) && /^($|[.[])/.test(text.slice(key.length)));
  const longest = fitting.sort((a, b) => b.length - a.length)[0] ?? /^[^.[]+/.exec(text)?.[0];
  return longest === undefined ? null : { key: longest, rest: text.slice(longest.length) };
}

/** Where a key stands, written or not, below the top: people say `tier` for `hosting.cloudSql.tier`. */
function findDeeper(key: string, node: SpecNode | null, reference: SchemaNode, path: SpecPath): readonly string[] {
  const own = followReference(reference);
  if (node?.kind === 'list')
    return node.items.flatMap((item, index) => findDeeper(key, item, own.items ?? {}, [...path, index]));
  const open = typeof own.additionalProperties === 'object' ? own.additionalProperties : {};
  // Of what is not written, one of two that exclude each other is not meant.
  const keys = node === null && own.maxProperties !== undefined ? [] : listKeys(node, own);
  return keys.flatMap((name) => {
    if (name === key) return [formatPath([...path, name])];
    const below = node?.kind === 'map' ? (node.entries.get(name)?.value ?? null) : null;
    if (below === null && node?.kind === 'map' && node.entries.size >= (own.maxProperties ?? Infinity)) return [];
    return path.length === 0 && name === 'environments'
      ? []
      : findDeeper(key, below, own.properties?.[name] ?? open, [...path, name]);
  });
}

function refuse(step: string, keys: readonly string[], path: SpecPath, deeper: readonly string[]): FoundPath {
  const where = path.length === 0 ? 'the spec' : formatPath(path);
  const message = `${where} has no ${JSON.stringify(step)}`;
  if (deeper.length > 0) return { kind: 'unknown', message, hint: `did you mean ${deeper.join(' or ')}?` };
  const near = /^\d+$/.test(step) ? null : suggestName(step, keys);
  const meant = near === null ? null : formatPath([...path, near]);
  const hint =
    meant === null
      ? keys.length === 0
        ? `nothing is below ${where}`
        : `it has ${keys.join(', ')}`
      : `did you mean ${meant}?`;
  return { kind: 'unknown', message, hint };
}
