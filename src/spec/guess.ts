import type { MapEntry, Place, SpecNode } from './node.ts';
import { followReference, type SchemaNode } from './schema.ts';
import { isNamedMap } from './schema-walk.ts';

/**
 * Two guesses at a value that is missing or faulty, as unlike each other as the schema allows: the least that could
 * stand there and the most. Whatever a rule says of both, it says of what was meant too.
 */
export type Guess = 'least' | 'most';

/** A valid node for a schema, all of it at one place. */
export function guessNode(node: SchemaNode, guess: Guess, place: Place): SpecNode {
  const schema = followReference(node);
  const type = [schema.type].flat().find((name) => name !== 'null');
  if (schema.const !== undefined) return toNode(schema.const, place);
  // A map of the user's own names has none that could be guessed, but that there are some.
  if (isNamedMap(schema) && guess === 'most') return toNode(schema.examples?.[0] ?? {}, place);
  if (type === 'object') return { kind: 'map', entries: guessEntries(schema, guess, place), place };
  if (type === 'array') return { kind: 'list', items: guessItems(schema, guess, place), place };
  return toNode(guess === 'least' ? usual(schema) : unusual(schema), place);
}

/** The entry that `key` would have: the key at the same place as its value. */
export function guessEntry(node: SchemaNode, guess: Guess, place: Place): MapEntry {
  return { key: place, value: guessNode(node, guess, place) };
}

function guessEntries(schema: SchemaNode, guess: Guess, place: Place): Map<string, MapEntry> {
  const properties = Object.entries(schema.properties ?? {});
  const keys = new Set(schema.required ?? []);
  if (guess === 'most') for (const [key] of properties) keys.add(key);
  if (schema.maxProperties !== undefined) keys.clear();
  const chosen = guess === 'least' ? properties[0]?.[0] : properties.at(-1)?.[0];
  if (keys.size < (schema.minProperties ?? 0) && chosen !== undefined) keys.add(chosen);
  return new Map(
    properties.filter(([key]) => keys.has(key)).map(([key, child]) => [key, guessEntry(child, guess, place)]),
  );
}

function guessItems(schema: SchemaNode, guess: Guess, place: Place): SpecNode[] {
  const example = schema.examples?.[0];
  if (guess === 'least' && (schema.minItems ?? 0) === 0) return [];
  if (Array.isArray(example)) return example.map((item) => toNode(item, place));
  return schema.items === undefined ? [] : [guessNode(schema.items, guess, place)];
}

function usual(schema: SchemaNode): unknown {
  return schema.default ?? schema.examples?.[0] ?? schema.enum?.[0] ?? schema.minimum ?? 0;
}

function unusual(schema: SchemaNode): unknown {
  const value = usual(schema);
  if (schema.enum !== undefined) return schema.enum.findLast((choice) => choice !== value) ?? value;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number')
    return value === schema.maximum ? (schema.minimum ?? value) : (schema.maximum ?? value + 1e9);
  return typeof value === 'string' ? changeLetter(value, schema.pattern) : value;
}

/** A text of the same form that is another: one of its letters or digits changed, as far to the right as it goes. */
function changeLetter(text: string, pattern: string | undefined): string {
  const form = pattern === undefined ? null : new RegExp(pattern, 'u');
  for (let at = text.length - 1; at >= 0; at--) {
    for (const letter of ['7', 'q', '1', 'z']) {
      const changed = text.slice(0, at) + letter + text.slice(at + 1);
      if (changed !== text && form?.test(changed) !== false) return changed;
    }
  }
  return text;
}

function toNode(value: unknown, place: Place): SpecNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => toNode(item, place)), place };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, child]): [string, MapEntry] => [
      key,
      { key: place, value: toNode(child, place) },
    ]);
    return { kind: 'map', entries: new Map(entries), place };
  }
  return { kind: 'scalar', value: value as string | number | boolean | null, place };
}
