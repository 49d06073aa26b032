import { escapeUnseen, oneLine, refuseUnpaired } from './characters.ts';
import { type Fragment, makeFragment } from './make-fragment.ts';

/** What a YAML hole can hold: JSON's values. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/**
 * One line of YAML: a JSON scalar, or a flow collection spaced as the yaml library spaces it. Throws on half a surrogate
 * pair, which Kubernetes' reader refuses, and on a number that isn't finite.
 */
export function yamlValue(value: YamlValue): Fragment<'yaml'> {
  return makeFragment('yaml', flow(value));
}

/** A key in block style, quoted as JSON unless it is a plain word. Throws past 1,000 characters. */
export function yamlKey(name: string): Fragment<'yaml'> {
  return makeFragment('yaml', key(name));
}

/** The text of a one-line comment, without its `#`. */
export function yamlComment(text: string): Fragment<'yaml'> {
  return makeFragment('yaml', oneLine(text));
}

function flow(value: YamlValue): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(flow).join(', ')} ]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => `${key(name)}: ${flow(item)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  if (typeof value === 'string') return scalar(value);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`not a number YAML's JSON form can hold: ${value}`);
  }
  return String(value);
}

const plainKey = /^[A-Za-z_][A-Za-z0-9_./-]*$/;
/** What YAML 1.1 or 1.2 reads as something other than text. */
const reserved = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);
/** A key on its value's line may have 1,024 characters (YAML 1.2.2, 7.4.2 and 8.2.2), escapes and quotes among them. */
const longestKey = 1000;

function key(name: string): string {
  const text = plainKey.test(name) && !reserved.has(name.toLowerCase()) ? name : scalar(name);
  if (text.length > longestKey) throw new RangeError(`a key of ${text.length} characters is too long for YAML`);
  return text;
}

function scalar(text: string): string {
  refuseUnpaired(text);
  return escapeUnseen(JSON.stringify(text));
}
