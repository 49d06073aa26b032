import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Code } from '../diagnostic/catalog.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shorten } from '../diagnostic/shorten.ts';
import { suggestName } from '../diagnostic/suggest.ts';
import { locateKey, locateValue, nodeToValue, type Place, type SpecNode, type SpecPath } from './node.ts';
import { pointTo } from './place.ts';
import type { Fault } from './repair.ts';
import { followReference, type SchemaNode, type Shape, schemaOf } from './schema.ts';

const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false, ownProperties: true });
const compiled = new Map<Shape, ValidateFunction>();

/** One place where a document does not have its shape: what is said of it, and what to leave out to go on without it. */
export interface SchemaMistake {
  readonly diagnostic: Diagnostic;
  readonly fault: Fault;
}

/** Every place where `root` does not have the shape. `above` is where `root` stands in the spec, for what is said. */
export function checkSchema(root: SpecNode, shape: Shape, above: SpecPath = []): readonly SchemaMistake[] {
  const validate = validatorOf(shape);
  if (validate(nodeToValue(root))) return [];
  return keepTelling(validate.errors ?? []).map((error) => explainError(root, error, above));
}

function validatorOf(shape: Shape): ValidateFunction {
  const known = compiled.get(shape);
  if (known !== undefined) return known;
  const validate = ajv.compile({ ...schemaOf(shape), $id: undefined } as object);
  compiled.set(shape, validate);
  return validate;
}

/** One error a value: of the wrong type it cannot have the right form either, and of the wrong form not the right length. */
function keepTelling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const best = new Map<string, ErrorObject>();
  // A name's own error is its `pattern`.
  const told = errors.filter(({ keyword }) => keyword !== 'propertyNames');
  for (const error of told.filter(isAboutValue)) {
    const known = best.get(error.instancePath);
    if (known === undefined || rank(error) < rank(known)) best.set(error.instancePath, error);
  }
  return told.filter((error) => !isAboutValue(error) || best.get(error.instancePath) === error);
}

const keysErrors = ['additionalProperties', 'required', 'minProperties', 'maxProperties'];

function isAboutValue({ keyword, propertyName }: ErrorObject): boolean {
  return propertyName === undefined && !keysErrors.includes(keyword);
}

function rank({ keyword }: ErrorObject): number {
  const at = ['type', 'const', 'enum', 'pattern'].indexOf(keyword);
  return at === -1 ? 4 : at;
}

interface Mistake {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  readonly place: Place;
}

function explainError(root: SpecNode, error: ErrorObject, above: SpecPath): SchemaMistake {
  const path = pointerToPath(error.instancePath);
  const { place, ...rest } = describeError(root, error, path, [...above, ...path].join('.') || 'the spec');
  return {
    diagnostic: { ...rest, message: shorten(rest.message), severity: 'error', ...pointTo(place) },
    fault: toFault(error, path),
  };
}

function toFault(error: ErrorObject, path: SpecPath): Fault {
  const params = error.params as Record<string, unknown>;
  if (error.propertyName !== undefined) return { kind: 'name', path: [...path, error.propertyName] };
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      return { kind: 'unknownKey', path: [...path, key], meant: nearestKey(key, error.parentSchema as SchemaNode) };
    }
    case 'required':
      return { kind: 'missing', path: [...path, String(params['missingProperty'])] };
    case 'minProperties':
    case 'maxProperties':
      return { kind: 'choice', path };
    default:
      return { kind: 'value', path };
  }
}

function describeError(root: SpecNode, error: ErrorObject, path: SpecPath, name: string): Mistake {
  const params = error.params as Record<string, unknown>;
  const parent = error.parentSchema as SchemaNode;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      return {
        code: 'PF101',
        message: `${name} has no key ${show(key)}`,
        hint: keyHint(key, parent, error.data),
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

function keyHint(key: string, parent: SchemaNode, data: unknown): string {
  const near = nearestKey(key, parent);
  const keys = Object.keys(parent.properties ?? {});
  if (near === null) return keys.length === 0 ? 'nothing can be set here' : `keys here: ${keys.join(', ')}`;
  const taken = typeof data === 'object' && data !== null && Object.hasOwn(data, near);
  return taken ? `did you mean ${near}? That one is there too: keep one` : `did you mean ${near}?`;
}

function nearestKey(key: string, parent: SchemaNode): string | null {
  return suggestName(key, Object.keys(parent.properties ?? {}));
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
  if (typeof value === 'object' && value !== null) return articleOf(value);
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
