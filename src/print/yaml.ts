import { type Fragment, makeFragment } from './fragment.ts';

/** What a YAML hole can hold: JSON's values. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** One line of YAML: a JSON scalar, or a flow collection spaced as the yaml library spaces it. */
export function yamlValue(value: YamlValue): Fragment<'yaml'> {
  return makeFragment('yaml', flow(value));
}

/** A key in block style, quoted as JSON unless it is a plain word. */
export function yamlKey(name: string): Fragment<'yaml'> {
  return makeFragment('yaml', key(name));
}

/** The text of a one-line comment, without its `#`. */
export function yamlComment(text: string): Fragment<'yaml'> {
  return makeFragment('yaml', text.replace(/[\p{Cc}\u0085\u2028\u2029]+/gu, ' ').trim());
}

function flow(value: YamlValue): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(flow).join(', ')} ]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0 ? '{}' : `{ ${entries.map(([name, item]) => `${key(name)}: ${flow(item)}`).join(', ')} }`;
  }
  if (typeof value === 'string') return scalar(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`not a number YAML's JSON form can hold: ${value}`);
  return String(value);
}

function key(name: string): string {
  return plainKey.test(name) && !reserved.has(name.toLowerCase()) ? name : scalar(name);
}

const plainKey = /^[A-Za-z_][A-Za-z0-9_.\/-]*$/;
const reserved = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);

function scalar(text: string): string {
  // JSON leaves these as they are; YAML readers fold them as line breaks or refuse them.
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
