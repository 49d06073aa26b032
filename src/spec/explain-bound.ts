import { locateValue, type Place, type SpecNode, type SpecPath } from './node.ts';
import { quote, type SchemaError } from './schema-words.ts';

/** A number, text or list past a bound of the schema: by how much, and where. */
export function describeBound(
  root: SpecNode,
  { keyword, params, data, message }: SchemaError,
  path: SpecPath,
  name: string,
): { message: string; place: Place } {
  const { limit, i, j } = params as Readonly<Record<string, number>>;
  const place = locateValue(root, path);
  const size = Array.isArray(data) || typeof data === 'string' ? data.length : 0;
  switch (keyword) {
    case 'minimum':
      return { message: `${name} is ${quote(data)}: write ${limit} or more`, place };
    case 'exclusiveMinimum':
      return { message: `${name} is ${quote(data)}: write more than ${limit}`, place };
    case 'maximum':
      return { message: `${name} is ${quote(data)}: write ${limit} or less`, place };
    case 'minLength':
    case 'minItems':
      return {
        message: size === 0 ? `${name} is empty` : `${name} has ${size} entries, and wants at least ${limit}`,
        place,
      };
    case 'maxItems':
      return { message: `${name} has ${size} entries, and takes at most ${limit}`, place };
    case 'maxLength':
      return { message: `${name} is ${size} characters long, and takes at most ${limit}`, place };
    case 'uniqueItems': {
      const item = [...path, Math.max(i ?? 0, j ?? 0)];
      const twice = Array.isArray(data) ? quote(data[j ?? 0]) : 'an entry';
      return { message: `${name} has ${twice} twice`, place: locateValue(root, item) };
    }
    default:
      return { message: `${name} ${message ?? 'is out of bounds'}`, place };
  }
}
