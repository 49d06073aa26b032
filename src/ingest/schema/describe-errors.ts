import { makePrintable } from '../source/link.ts';
import type { SchemaError } from './validator.ts';

/** Errors of one schema that are told; whoever mends these sees the others next. */
const MOST_ERRORS = 3;

/**
 * What of a value is not as one schema wants it: where, what is wanted, what is there. Of branches that fail all, only
 * those that the value was meant for: the ones that its `type`, or another constant, rules out say nothing.
 */
export function describeErrors(errors: readonly SchemaError[], value: unknown): string {
  const told = errors.filter((error) => !isWrapper(error));
  const meant = told.filter((error) => !isDiscriminator(error));
  const kept = keepDeepest(meant.length > 0 ? meant : told.length > 0 ? told : errors);
  const words = [...new Set(kept.map((error) => describeError(error, value)))];
  const more = words.length - MOST_ERRORS;
  return `${words.slice(0, MOST_ERRORS).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** Says only that something within it failed, which was said there. */
function isWrapper({ keyword }: SchemaError): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'if';
}

/**
 * A `type` that is another's: the branch was for something else (an extension's schema is for collections, too). So was
 * one for a null where there is a value.
 */
function isDiscriminator({ at, keyword, params }: SchemaError): boolean {
  if (keyword === 'type') return params['type'] === 'null';
  return (keyword === 'const' || keyword === 'enum') && /(^|\/)type$/.test(at);
}

/** What is wanted of a member says more than that its object is another branch's. */
function keepDeepest(errors: readonly SchemaError[]): readonly SchemaError[] {
  return errors.filter(
    ({ at, keyword }) =>
      (keyword !== 'not' && keyword !== 'type') || !errors.some((other) => other.at.startsWith(`${at}/`)),
  );
}

function describeError(error: SchemaError, root: unknown): string {
  const place = makePrintable(error.at === '' ? 'the item' : error.at);
  const value = findValue(root, error.at);
  const isScalar = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  const found = isScalar && error.keyword !== 'not' ? `, and is ${shorten(JSON.stringify(value))}` : '';
  return `${place} ${makePrintable(describeWanted(error))}${found}`;
}

function describeWanted({ keyword, params, message }: SchemaError): string {
  switch (keyword) {
    case 'required':
      return `has no ${JSON.stringify(params['missingProperty'])}`;
    case 'const':
      return `must be ${shorten(JSON.stringify(params['allowedValue']))}`;
    case 'enum':
      return `must be one of ${shorten((params['allowedValues'] as readonly unknown[]).map((one) => JSON.stringify(one)).join(', '))}`;
    case 'additionalProperties':
      return `must not have ${JSON.stringify(params['additionalProperty'])}`;
    case 'not':
      return 'must not be there, or not so';
    default:
      return message;
  }
}

function findValue(root: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  let value = root;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return value;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
