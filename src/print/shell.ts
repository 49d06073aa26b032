import { type Fragment, makeFragment } from './fragment.ts';

/** One word of a POSIX shell, always in single quotes. Throws on NUL. */
export function shellWord(value: string): Fragment<'shell'> {
  if (value.includes('\0')) throw new RangeError('a shell word has no NUL');
  return makeFragment('shell', `'${value.replaceAll("'", `'\\''`)}'`);
}

/** The text of a one-line comment, without its `#`. */
export function shellComment(text: string): Fragment<'shell'> {
  return makeFragment('shell', text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim());
}
