import { type Fragment, makeFragment } from './fragment.ts';

/** A JSON value, indented by two spaces from the second line on as deep as `depth`. */
export function jsonValue(value: unknown, depth = 0): Fragment<'json'> {
  const text = JSON.stringify(value, null, 2);
  if (text === undefined) throw new TypeError('JSON has no such value');
  return makeFragment('json', text.replaceAll('\n', `\n${'  '.repeat(depth)}`));
}
