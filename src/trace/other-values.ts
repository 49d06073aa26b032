import { followReference, type SchemaNode } from '../spec/schema.ts';

/** As many other values as are tried: enough to cross thresholds upwards and downwards, and to differ in form. */
const mostValues = 4;

/**
 * Other values that the schema lets stand in a value's place, the likeliest to show first; where it allows a single one,
 * another all the same, since that one makes lines too. Empty where the schema says nothing of the value.
 */
export function listOtherValues(written: unknown, reference: SchemaNode): readonly unknown[] {
  const schema = followReference(reference);
  const known = [...(schema.enum ?? []), ...(schema.examples ?? []), schema.default];
  const varied = schema.enum === undefined ? vary(written) : [];
  if (schema.const !== undefined || schema.enum?.length === 1)
    return vary(schema.const ?? schema.enum?.[0]).slice(0, 1);
  const seen = new Set([JSON.stringify(written), undefined]);
  return [...varied.slice(0, 2), ...known, ...varied.slice(2)]
    .filter((value) => {
      const key = JSON.stringify(value);
      if (seen.has(key) || !isAllowed(value, schema)) return false;
      seen.add(key);
      return true;
    })
    .slice(0, mostValues);
}

function vary(written: unknown): readonly unknown[] {
  switch (typeof written) {
    case 'boolean':
      return [!written];
    case 'number':
      return Number.isInteger(written)
        ? [written + 1, written - 1, written * 2, 0]
        : [written / 2, (written + 1) / 2, written + 1];
    case 'string':
      return varyText(written);
    default:
      return [];
  }
}

/** The last letter or digit one up and one down, the first one up, and one more: most forms allow one of these. */
function varyText(text: string): readonly string[] {
  const last = text.search(/[A-Za-z0-9][^A-Za-z0-9]*$/);
  const first = text.search(/[A-Za-z0-9]/);
  const all = [...text.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index).reverse();
  return [
    ...(last === -1 ? [] : [stepAt(text, last, 1), stepAt(text, last, -1)]),
    `${text}2`,
    ...(first === -1 ? [] : [stepAt(text, first, 1)]),
    ...all.slice(1, 6).map((index) => stepAt(text, index, 1)),
    'x',
  ];
}

function stepAt(text: string, at: number, by: 1 | -1): string {
  const rows = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];
  const char = text.charAt(at);
  const row = rows.find((letters) => letters.includes(char)) ?? char;
  const other = row.charAt((row.indexOf(char) + by + row.length) % row.length);
  return `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
}

/** Whether the schema's own words for a single value allow it. */
export function isAllowed(value: unknown, schema: SchemaNode): boolean {
  if (value === undefined) return false;
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  return [schema.type].flat().some((type) => isOfType(value, type, schema));
}

function isOfType(value: unknown, type: string | undefined, schema: SchemaNode): boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'number':
      return typeof value === 'number' && isWithin(value, type, schema);
    case 'string':
      return typeof value === 'string' && isForm(value, schema);
    case 'array':
      return Array.isArray(value) && value.length >= (schema.minItems ?? 0);
    default:
      return false;
  }
}

function isWithin(value: number, type: 'integer' | 'number', schema: SchemaNode): boolean {
  return (
    (type === 'number' || Number.isInteger(value)) &&
    value >= (schema.minimum ?? -Infinity) &&
    value <= (schema.maximum ?? Infinity) &&
    value > (schema.exclusiveMinimum ?? -Infinity)
  );
}

function isForm(value: string, { pattern, minLength = 0, maxLength = Infinity }: SchemaNode): boolean {
  if (value.length < minLength || value.length > maxLength) return false;
  return pattern === undefined || new RegExp(pattern, 'u').test(value);
}

/** The smallest value of a schema's shape: what it requires, each as its first example has it. */
export function makeSmallest(reference: SchemaNode): unknown {
  const schema = followReference(reference);
  if (schema.properties === undefined) return schema.examples?.[0] ?? schema.default ?? {};
  const required = schema.required ?? [];
  return Object.fromEntries(required.map((key) => [key, makeSmallest(schema.properties?.[key] ?? {})]));
}
