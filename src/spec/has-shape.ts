import type { SchemaNode, Shape } from './schema.ts';
import { shapes } from './shapes.generated.ts';

/**
 * Whether a value has a shape, and nothing of what is wrong with it: that is Ajv's to say, which takes longer to load
 * than a compile may. Reads the schema as it is: code that is generated of it is forty times its size, and V8 loads
 * and compiles that at each start for the few hundred values of a spec. Says what Ajv says (test/spec/has-shape.test.ts).
 */
export function hasShape(value: unknown, shape: Shape): boolean {
  const root = readShape(shape);
  return accepts(value, root, root);
}

const read = new Map<Shape, SchemaNode>();

function readShape(shape: Shape): SchemaNode {
  const known = read.get(shape);
  if (known !== undefined) return known;
  const node = JSON.parse(shapes[shape]()) as SchemaNode;
  read.set(shape, node);
  return node;
}

function accepts(value: unknown, node: SchemaNode, root: SchemaNode): boolean {
  return (
    (node.$ref === undefined || accepts(value, follow(node.$ref, root), root)) &&
    (node.type === undefined || hasType(value, node.type)) &&
    (node.const === undefined || value === node.const) &&
    (node.enum === undefined || node.enum.includes(value)) &&
    (typeof value !== 'string' || acceptsText(value, node)) &&
    (typeof value !== 'number' || acceptsNumber(value, node)) &&
    (!Array.isArray(value) || acceptsItems(value, node, root)) &&
    (!isRecord(value) || acceptsProperties(value, node, root))
  );
}

function follow(reference: string, root: SchemaNode): SchemaNode {
  const target = root.definitions?.[reference.replace('#/definitions/', '')];
  if (target === undefined) throw new Error(`the schema has no ${reference}`);
  return target;
}

function hasType(value: unknown, type: string | readonly string[]): boolean {
  if (typeof type !== 'string') return type.some((one) => hasType(value, one));
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function acceptsText(
  text: string,
  { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: SchemaNode,
): boolean {
  if (pattern !== undefined && !toRegExp(pattern).test(text)) return false;
  if (minLength === 0 && text.length <= maxLength) return true;
  // JSON Schema counts code points.
  const length = [...text].length;
  return length >= minLength && length <= maxLength;
}

const patterns = new Map<string, RegExp>();

function toRegExp(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern, 'u');
  patterns.set(pattern, made);
  return made;
}

function acceptsNumber(value: number, { minimum, maximum, exclusiveMinimum }: SchemaNode): boolean {
  return (
    (minimum === undefined || value >= minimum) &&
    (maximum === undefined || value <= maximum) &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum)
  );
}

function acceptsItems(values: readonly unknown[], node: SchemaNode, root: SchemaNode): boolean {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY, uniqueItems } = node;
  return (
    values.length >= minItems &&
    values.length <= maxItems &&
    (uniqueItems !== true || new Set(values).size === values.length) &&
    (items === undefined || values.every((value) => accepts(value, items, root)))
  );
}

function acceptsProperties(record: Readonly<Record<string, unknown>>, node: SchemaNode, root: SchemaNode): boolean {
  const { properties = {}, required = [], additionalProperties: others = true, propertyNames } = node;
  const keys = Object.keys(record);
  return (
    keys.length >= (node.minProperties ?? 0) &&
    keys.length <= (node.maxProperties ?? Number.POSITIVE_INFINITY) &&
    required.every((key) => Object.hasOwn(record, key)) &&
    (propertyNames === undefined || keys.every((key) => accepts(key, propertyNames, root))) &&
    keys.every((key) => {
      const known = Object.hasOwn(properties, key) ? properties[key] : others;
      return typeof known === 'object' ? accepts(record[key], known, root) : known !== false;
    })
  );
}
