import type { Code } from '../diagnostic/catalog.ts';
import { suggestName } from '../diagnostic/suggest.ts';
import { describeBound } from './explain-bound.ts';
import { explainType } from './explain-type.ts';
import { locateKey, locateValue, type Place, type SpecNode, type SpecPath } from './node.ts';
import { followReference, type SchemaNode } from './schema.ts';
import { exampleOf, quote, type SchemaError } from './schema-words.ts';

/** What is said of one error of the schema, and of which place. */
export interface Mistake {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  readonly place: Place;
}

/** `path` leads to what the error is about, from `root`; `name` is what that is called in the spec as a whole. */
export function describeError(root: SpecNode, error: SchemaError, path: SpecPath, name: string): Mistake {
  const parent = error.parentSchema as SchemaNode;
  const place = locateValue(root, path);
  const refused = `${name} cannot be ${quote(error.data)}`;
  switch (error.keyword) {
    case 'additionalProperties':
      return describeUnknown(root, error, path, name);
    case 'required':
      return describeMissing(error, place, name);
    case 'type':
      return { code: 'PF103', place, ...explainType(error, path, place, name) };
    case 'enum':
    case 'const':
      return { code: 'PF104', message: refused, hint: enumHint(error.data, parent), place };
    case 'pattern':
      return error.propertyName === undefined
        ? { code: 'PF105', message: refused, ...exampleOf(parent), place }
        : describeName(root, error.propertyName, parent, { path, name });
    case 'minProperties':
    case 'maxProperties':
      return describeChoice(parent, place, name);
    default:
      return { code: 'PF106', ...exampleOf(parent), ...describeBound(root, error, path, name) };
  }
}

/** The key of the schema that was probably meant, or null. */
export function nearestKey(key: string, parent: SchemaNode): string | null {
  return suggestName(key, Object.keys(parent.properties ?? {}));
}

function describeUnknown(root: SpecNode, error: SchemaError, path: SpecPath, name: string): Mistake {
  const key = String(error.params['additionalProperty']);
  return {
    code: 'PF101',
    message: `${name} has no key ${quote(key)}`,
    hint: keyHint(key, error.parentSchema as SchemaNode, error.data),
    place: locateKey(root, [...path, key]),
  };
}

function keyHint(key: string, parent: SchemaNode, data: unknown): string {
  const near = nearestKey(key, parent);
  const keys = Object.keys(parent.properties ?? {});
  if (near === null) return keys.length === 0 ? 'nothing can be set here' : `keys here: ${keys.join(', ')}`;
  const taken = typeof data === 'object' && data !== null && Object.hasOwn(data, near);
  return taken ? `did you mean ${near}? That one is there too: keep one` : `did you mean ${near}?`;
}

function describeMissing(error: SchemaError, place: Place, name: string): Mistake {
  const key = String(error.params['missingProperty']);
  const child = (error.parentSchema as SchemaNode).properties?.[key];
  const node = child === undefined ? {} : followReference(child);
  const first = node.examples?.[0] ?? node.const;
  const shown = first === undefined ? '' : `, e.g. \`${key}: ${JSON.stringify(first)}\``;
  const hint = `add ${key}${shown}${node.description === undefined ? '' : ` (${node.description})`}`;
  return { code: 'PF102', message: `${name} lacks ${JSON.stringify(key)}`, hint, place };
}

function enumHint(data: unknown, parent: SchemaNode): string {
  const values = (parent.enum ?? [parent.const]).filter((value) => value !== null).map(String);
  const near = typeof data === 'string' ? suggestName(data, values) : null;
  return near === null
    ? `write ${values.length === 1 ? values[0] : `one of ${values.join(', ')}`}`
    : `did you mean ${near}?`;
}

/** A name of the user's whose form is wrong; `names` says in words what is right. */
function describeName(
  root: SpecNode,
  written: string,
  names: SchemaNode,
  above: { readonly path: SpecPath; readonly name: string },
): Mistake {
  const tidied = written.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const fits = new RegExp(names.pattern ?? '', 'u').test(tidied);
  return {
    code: 'PF105',
    message: `${above.name} cannot have the key ${quote(written)}`,
    hint: `${fits ? `did you mean ${tidied}? ` : ''}${names.description ?? ''}`.trim(),
    place: locateKey(root, [...above.path, written]),
  };
}

function describeChoice(parent: SchemaNode, place: Place, name: string): Mistake {
  const count = parent.maxProperties === undefined ? 'at least' : 'exactly';
  const keys = Object.keys(parent.properties ?? {}).join(', ') || 'its entries';
  return {
    code: 'PF107',
    message: `${name} wants ${count} one of ${keys}`,
    ...(parent.description === undefined ? {} : { hint: parent.description }),
    place,
  };
}
