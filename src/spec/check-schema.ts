import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Code } from '../diagnostic/catalog.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { suggestName } from '../diagnostic/suggest.ts';
import { locateKey, locateValue, nodeToValue, type Place, type SpecNode, type SpecPath } from './node.ts';
import { followReference, type SchemaNode, type Shape, schemaOf } from './schema.ts';

const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false, ownProperties: true });
const compiled = new Map<Shape, ValidateFunction>();

/** Every place where `root` does not have the shape, and what to write instead. */
export function checkSchema(root: SpecNode, shape: Shape): readonly Diagnostic[] {
  let validate = compiled.get(shape);
  if (validate === undefined) {
    validate = ajv.compile({ ...schemaOf(shape), $id: undefined } as object);
    compiled.set(shape, validate);
  }
  if (validate(nodeToValue(root))) return [];
  return (validate.errors ?? []).flatMap((error) => explainError(root, error));
}

interface Mistake {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  readonly place: Place;
}

function explainError(root: SpecNode, error: ErrorObject): readonly Diagnostic[] {
  const mistake = describeError(root, error, pointerToPath(error.instancePath));
  if (mistake === null) return [];
  const { place, ...rest } = mistake;
  return [{ ...rest, severity: 'error', file: place.file, range: place.range }];
}

function describeError(root: SpecNode, error: ErrorObject, path: SpecPath): Mistake | null {
  const params = error.params as Record<string, unknown>;
  const parent = error.parentSchema as SchemaNode;
  const name = path.join('.') || 'the spec';
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      return {
        code: 'PF101',
        message: `${name} has no key ${JSON.stringify(key)}`,
        hint: keyHint(key, parent),
        place: locateKey(root, [...path, key]),
      };
    }
    case 'required': {
      const key = String(params['missingProperty']);
      return {
        code: 'PF102',
        message: `${name} lacks ${JSON.stringify(key)}`,
        hint: missingHint(key, parent),
        place: locateValue(root, path),
      };
    }
    case 'type':
      return {
        code: 'PF103',
        message: `${name} is ${articleOf(error.data)}, not ${wantedTypes(params['type'])}`,
        ...(path.length === 0 ? { hint: 'start with `apiVersion: platform/v1`' } : example(parent)),
        place: locateValue(root, path),
      };
    case 'enum':
    case 'const':
      return {
        code: 'PF104',
        message: `${name} cannot be ${show(error.data)}`,
        hint: enumHint(error.data, parent),
        place: locateValue(root, path),
      };
    case 'pattern':
      return error.propertyName === undefined
        ? {
            code: 'PF105',
            message: `${name} cannot be ${show(error.data)}`,
            ...example(parent),
            place: locateValue(root, path),
          }
        : {
            code: 'PF105',
            message: `${name} cannot have the key ${show(error.propertyName)}`,
            hint: `a key here matches ${parent.pattern}`,
            place: locateKey(root, [...path, error.propertyName]),
          };
    case 'propertyNames':
      return null; // its `pattern` error says the same
    case 'minProperties':
    case 'maxProperties':
      return {
        code: 'PF107',
        message: `${name} wants ${parent.minProperties === 1 && error.keyword === 'minProperties' ? 'at least' : 'exactly'} one of ${Object.keys(parent.properties ?? {}).join(', ') || 'its entries'}`,
        ...(parent.description === undefined ? {} : { hint: parent.description }),
        place: locateValue(root, path),
      };
    default:
      return {
        code: 'PF106',
        message: `${name} ${error.message ?? 'is out of bounds'}`,
        ...example(parent),
        place: locateValue(root, path),
      };
  }
}

function keyHint(key: string, parent: SchemaNode): string {
  const keys = Object.keys(parent.properties ?? {});
  const near = suggestName(key, keys);
  if (near !== null) return `did you mean ${near}?`;
  return keys.length === 0 ? 'nothing can be set here' : `keys here: ${keys.join(', ')}`;
}

function missingHint(key: string, parent: SchemaNode): string {
  const child = parent.properties?.[key];
  const node = child === undefined ? {} : followReference(child);
  const first = node.examples?.[0] ?? node.const;
  const shown = first === undefined ? '' : `, e.g. \`${key}: ${JSON.stringify(first)}\``;
  return `add ${key}${shown}${node.description === undefined ? '' : ` (${node.description})`}`;
}

function enumHint(data: unknown, parent: SchemaNode): string {
  const values = (parent.enum ?? [parent.const]).filter((value) => value !== null).map(String);
  const near = typeof data === 'string' ? suggestName(data, values) : null;
  return near === null
    ? `write ${values.length === 1 ? values[0] : `one of ${values.join(', ')}`}`
    : `did you mean ${near}?`;
}

function example(parent: SchemaNode): { hint?: string } {
  const first = parent.examples?.[0];
  const shown = first === undefined ? '' : ` e.g. ${JSON.stringify(first)}`;
  const hint = `${parent.description ?? ''}${shown}`.trim();
  return hint === '' ? {} : { hint };
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function wantedTypes(types: unknown): string {
  const wanted = [types].flat().filter((type) => type !== 'null');
  return wanted.map((type) => typeNames[String(type)] ?? String(type)).join(' or ');
}

function articleOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

function pointerToPath(pointer: string): SpecPath {
  return pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
