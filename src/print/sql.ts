import { escapeUnseen, oneLine, refuseNul, refuseUnpaired } from './characters.ts';
import { type Fragment, makeFragment } from './make-fragment.ts';

/** `NAMEDATALEN - 1`: PostgreSQL silently truncates a longer name. */
const identifierBytes = 63;

/** A quoted identifier. Throws on what PostgreSQL refuses or truncates: NUL, nothing at all, more than 63 bytes. */
export function sqlIdentifier(name: string): Fragment<'sql'> {
  refuseUnstorable(name);
  const bytes = new TextEncoder().encode(name).length;
  if (bytes === 0 || bytes > identifierBytes) {
    throw new RangeError(`an identifier has 1 to ${identifierBytes} bytes: ${JSON.stringify(name)}`);
  }
  return makeFragment('sql', `"${name.replaceAll('"', '""')}"`);
}

/**
 * A text literal on one line that means the same whatever `standard_conforming_strings` is set to, and inside a
 * dollar-quoted body too, which a raw `$` could end. Throws on NUL and half a surrogate pair.
 */
export function sqlText(value: string): Fragment<'sql'> {
  refuseUnstorable(value);
  const doubled = value.replaceAll("'", "''");
  const escaped = escapeUnseen(
    doubled.replaceAll('\\', '\\\\').replaceAll('$', '\\x24').replaceAll('\n', '\\n').replaceAll('\t', '\\t'),
  );
  // The space keeps a word before the hole from joining the E, as PostgreSQL's own quote_literal does.
  return makeFragment('sql', escaped === doubled ? `'${doubled}'` : ` E'${escaped}'`);
}

export function sqlNumber(value: number): Fragment<'sql'> {
  if (!Number.isFinite(value)) throw new RangeError(`not a number SQL can hold: ${value}`);
  return makeFragment('sql', value < 0 ? `(${value})` : String(value));
}

/** The text of a one-line comment, without its `--`. */
export function sqlComment(text: string): Fragment<'sql'> {
  return makeFragment('sql', oneLine(text));
}

function refuseUnstorable(value: string): void {
  refuseNul(value);
  refuseUnpaired(value);
}
