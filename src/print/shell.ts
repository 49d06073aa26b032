import { oneLine, refuseNul, refuseUnpaired } from './characters.ts';
import { type Fragment, makeFragment } from './make-fragment.ts';

/** One word of a POSIX shell, always in single quotes. Throws on NUL and on half a surrogate pair. */
export function shellWord(value: string): Fragment<'shell'> {
  refuseNul(value);
  refuseUnpaired(value);
  return makeFragment('shell', `'${value.replaceAll("'", `'\\''`)}'`);
}

/** The text of a one-line comment, without its `#`. */
export function shellComment(text: string): Fragment<'shell'> {
  return makeFragment('shell', oneLine(text));
}

/** As `shellWord`, but bare where the word means itself without quotes: for commands that people read and type. */
export function shellArgument(value: string): Fragment<'shell'> {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? makeFragment('shell', value) : shellWord(value);
}
