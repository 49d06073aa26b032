import { escapeUnseen, isPlain, oneLine, refuseUnpaired } from './characters.ts';
import { type Fragment, makeFragment, readFragment } from './make-fragment.ts';

const identifier = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** A quoted HCL string; `${` and `%{` stay text. Terraform itself normalises every string to NFC. Throws on half a surrogate pair. */
export function hclString(value: string): Fragment<'hcl'> {
  return makeFragment('hcl', quoteHcl(value));
}

export function hclNumber(value: number): Fragment<'hcl'> {
  if (!Number.isFinite(value)) throw new RangeError(`not a number HCL can hold: ${value}`);
  return makeFragment('hcl', String(value));
}

export function hclBoolean(value: boolean): Fragment<'hcl'> {
  return makeFragment('hcl', String(value));
}

/** `["a", "b"]` on one line, as `terraform fmt` leaves it. */
export function hclStrings(values: readonly string[]): Fragment<'hcl'> {
  return makeFragment('hcl', `[${values.map(quoteHcl).join(', ')}]`);
}

/** `{ a = "b", c = "d" }` on one line; its keys are identifiers. `{}` where it is empty. */
export function hclObject(entries: readonly (readonly [string, Fragment<'hcl'>])[]): Fragment<'hcl'> {
  const members = entries.map(([key, value]) => `${hclIdentifier(key)} = ${readFragment('hcl', value)}`);
  return makeFragment('hcl', members.length === 0 ? '{}' : `{ ${members.join(', ')} }`);
}

/**
 * A map over several lines, its `=` in one column as `terraform fmt` puts them; `{}` where it is empty. The closing brace
 * is indented by two spaces a `depth`. Throws on a value that no printer of HCL made.
 */
export function hclMap(entries: readonly (readonly [string, Fragment<'hcl'>])[], depth: number): Fragment<'hcl'> {
  if (entries.length === 0) return makeFragment('hcl', '{}');
  const indent = '  '.repeat(depth);
  const keys = entries.map(([key]) => quoteHcl(key));
  const widest = Math.max(...keys.map(countColumns));
  const lines = entries.map(([, value], index) => {
    const key = keys[index] ?? '';
    return `${indent}  ${key}${' '.repeat(widest - countColumns(key))} = ${readFragment('hcl', value)}`;
  });
  return makeFragment('hcl', `{\n${lines.join('\n')}\n${indent}}`);
}

/** A name of a block, an argument or a resource: throws unless it is one. */
export function hclIdentifier(name: string): Fragment<'hcl'> {
  if (!identifier.test(name)) throw new RangeError(`not an HCL identifier: ${JSON.stringify(name)}`);
  return makeFragment('hcl', name);
}

/** The text of a one-line comment, without its `#`. */
export function hclComment(text: string): Fragment<'hcl'> {
  return makeFragment('hcl', oneLine(text));
}

function quoteHcl(value: string): string {
  refuseUnpaired(value);
  const quoted = value
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[$%](?=\{)/g, '$&$&');
  return `"${escapeUnseen(quoted)}"`;
}

/** Columns as `terraform fmt` counts them: one for each grapheme cluster. */
function countColumns(text: string): number {
  if (isPlain(text)) return text.length;
  // Made only here: it takes 8 ms, a quarter of a compile.
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].length;
}
