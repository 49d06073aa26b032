import type { Place, SpecPath } from './node.ts';
import type { SchemaNode } from './schema.ts';
import { exampleOf, nameKind, type SchemaError } from './schema-words.ts';

/** A value of the wrong type: what it is, what is wanted, and how the same value is written as that. */
export function explainType(
  error: SchemaError,
  path: SpecPath,
  place: Place,
  name: string,
): { message: string; hint?: string } {
  const field = error.parentSchema as SchemaNode;
  const wanted = [error.params['type']].flat().map(String);
  const isFraction = typeof error.data === 'number' && wanted.includes('integer');
  const message = `${name} is ${isFraction ? error.data : nameKind(error.data)}, not ${nameTypes(wanted)}`;
  if (path.length === 0) return { message, hint: 'start with `apiVersion: platform/v1`' };
  const rewritten = rewrite(error.data, wanted, field, place);
  return { message, ...(rewritten === null ? exampleOf(field) : { hint: rewritten }) };
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function nameTypes(types: readonly string[]): string {
  const wanted = types.filter((type) => type !== 'null');
  return wanted.map((type) => typeNames[type] ?? type).join(' or ');
}

/** The value that was written as the type that is wanted, where only its quotes are wrong. */
function rewrite(data: unknown, wanted: readonly string[], field: SchemaNode, place: Place): string | null {
  const isPlain = typeof data === 'number' || typeof data === 'boolean';
  if (isPlain && wanted.includes('string')) return addQuotes(String(data), field, place);
  if (typeof data !== 'string') return null;
  const isNumber = wanted.includes('number') || wanted.includes('integer');
  const form = wanted.includes('number') ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if (isNumber && form.test(data)) return `write ${data}, without quotes`;
  const isYes = wanted.includes('boolean') ? /^(?:(true|yes|on|y)|(?:false|no|off|n))$/i.exec(data) : null;
  return isYes === null ? null : `write ${isYes[1] !== undefined}, without quotes`;
}

/** `1.30` is read as 1.3, so what to put into quotes is not always what was read. */
function addQuotes(read: string, field: SchemaNode, place: Place): string | null {
  const { start, end } = place.range;
  const asWritten = start.line === end.line && end.column - start.column === read.length;
  if (!asWritten) return `put what you wrote in quotes: without them it is read as ${read}`;
  const fits = field.pattern === undefined || new RegExp(field.pattern, 'u').test(read);
  return fits ? `put it in quotes: "${read}"` : null;
}
