import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shorten } from '../diagnostic/shorten.ts';
import { describeError, nearestKey } from './explain-schema.ts';
import { nodeToValue, type SpecNode, type SpecPath } from './node.ts';
import { pointTo } from './place.ts';
import type { Fault } from './repair.ts';
import { type SchemaNode, type Shape, schemaOf } from './schema.ts';

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

function pointerToPath(pointer: string): SpecPath {
  return pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
