import { type Fragment, makeFragment } from './fragment.ts';

const identifier = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** A quoted HCL string; `${` and `%{` stay text. */
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
  let out = '"';
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '\\' || char === '"') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else if ((char === '$' || char === '%') && value.charAt(at + 1) === '{') out += char + char;
    else if (isControl(char)) out += `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
    else out += char;
  }
  return `${out}"`;
}

function isControl(char: string): boolean {
  const code = char.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029;
}

function oneLine(text: string): string {
  // Controls and line separators would end the comment in some reader.
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
