import { type Fragment, makeFragment } from './fragment.ts';

/** A Python `str` literal in double quotes, as ruff's formatter leaves it. */
export function pythonString(value: string): Fragment<'python'> {
  let out = '';
  for (const char of value) {
    const code = char.codePointAt(0) ?? 0;
    if (char === '\\') out += '\\\\';
    else if (char === '"') out += '\\"';
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code === 0x2028 || code === 0x2029 || code === 0xfeff || (code >= 0xd800 && code < 0xe000)) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += char;
  }
  return makeFragment('python', `"${out}"`);
}

export function pythonNumber(value: number): Fragment<'python'> {
  if (!Number.isFinite(value)) throw new RangeError(`not a number: ${value}`);
  return makeFragment('python', String(value));
}

/** A name of a class, function or module: throws unless it is one. */
export function pythonIdentifier(name: string): Fragment<'python'> {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`not a Python identifier: ${JSON.stringify(name)}`);
  return makeFragment('python', name);
}
