import { type Fragment, makeFragment } from './fragment.ts';

/** A quoted identifier. Throws on NUL, which PostgreSQL cannot hold, and past 63 bytes, where it would truncate. */
export function sqlIdentifier(name: string): Fragment<'sql'> {
  refuseNul(name);
  if (new TextEncoder().encode(name).length > 63) throw new RangeError(`longer than an identifier can be: ${JSON.stringify(name)}`);
  return makeFragment('sql', `"${name.replaceAll('"', '""')}"`);
}

/** A text literal that means the same whatever `standard_conforming_strings` is set to. Throws on NUL. */
export function sqlText(value: string): Fragment<'sql'> {
  refuseNul(value);
  const doubled = value.replaceAll("'", "''");
  return makeFragment('sql', value.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`);
}

export function sqlNumber(value: number): Fragment<'sql'> {
  if (!Number.isFinite(value)) throw new RangeError(`not a number SQL can hold: ${value}`);
  return makeFragment('sql', value < 0 ? `(${value})` : String(value));
}

/** The text of a one-line comment, without its `--`. */
export function sqlComment(text: string): Fragment<'sql'> {
  return makeFragment('sql', text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim());
}

function refuseNul(value: string): void {
  if (value.includes('\0')) throw new RangeError('PostgreSQL has no NUL in text');
}
