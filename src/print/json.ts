import { escapeUnseen } from './characters.ts';
import { type Fragment, makeFragment } from './make-fragment.ts';

/**
 * A JSON value, indented by two spaces from the second line on as deep as `depth`. Throws on what JSON would drop or
 * turn into null: `undefined`, a function, a number that isn't finite.
 */
export function jsonValue(value: unknown, depth = 0): Fragment<'json'> {
  const text = JSON.stringify(value, refuseUnprintable, 2);
  const lines = text.split('\n').map(escapeUnseen);
  return makeFragment('json', lines.join(`\n${'  '.repeat(depth)}`));
}

function refuseUnprintable(key: string, value: unknown): unknown {
  const printable =
    typeof value === 'number' ? Number.isFinite(value) : !['undefined', 'function', 'symbol'].includes(typeof value);
  if (!printable) throw new TypeError(`JSON has no ${String(value)}${key === '' ? '' : `, at ${JSON.stringify(key)}`}`);
  return value;
}
