import { escapeUnseen } from './characters.ts';
import { type Fragment, makeFragment } from './make-fragment.ts';

/** A Python `str` literal as ruff's formatter leaves it: in double quotes, unless single ones need fewer escapes. */
export function pythonString(value: string): Fragment<'python'> {
  const quote = countOf(value, '"') > countOf(value, "'") ? "'" : '"';
  const quoted = value
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    // A source file is UTF-8 and cannot hold half a pair; the literal can.
    .replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
  return makeFragment('python', `${quote}${escapeUnseen(quoted)}${quote}`);
}

export function pythonNumber(value: number): Fragment<'python'> {
  if (!Number.isFinite(value)) throw new RangeError(`not a number: ${value}`);
  return makeFragment('python', String(value));
}

/** A name of a class, function or module: throws unless it is one. */
export function pythonIdentifier(name: string): Fragment<'python'> {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || keywords.has(name)) {
    throw new RangeError(`not a Python identifier: ${JSON.stringify(name)}`);
  }
  return makeFragment('python', name);
}

/** Python 3's `keyword.kwlist`. */
const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

function countOf(text: string, char: string): number {
  return text.split(char).length - 1;
}
