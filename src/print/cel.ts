import { parse } from 'yaml';
import { type Fragment, makeFragment } from './make-fragment.ts';
import { yamlValue } from './yaml.ts';

/**
 * An item of a block sequence in YAML (`- name: …`) as an object of Kubernetes' CEL, so that a container that pods have
 * written out and an admission policy adds is said once. `type` is the object's path, which CEL names types by (Kubernetes documentation, 'Mutating
 * Admission Policy'): `Object.spec.initContainers`. It is printed for a block scalar, lines from the second on indented
 * by two spaces as deep as `depth`. Throws unless there is one item, and on what such an object cannot hold: null, a
 * fraction, a key that is no name.
 */
export function celObject(type: string, yaml: string, depth = 0): Fragment<'yaml'> {
  const items: unknown = parse(yaml);
  if (!Array.isArray(items) || items.length !== 1) throw new TypeError(`${type}: one item of a sequence is wanted`);
  return makeFragment('yaml', print(type, items[0], '  '.repeat(depth)));
}

function print(type: string, value: unknown, indent: string): string {
  // CEL reads JSON's escapes in strings.
  if (typeof value === 'string' || typeof value === 'boolean') return yamlValue(value).text;
  if (Number.isSafeInteger(value)) return String(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    return wrap(
      '[',
      value.map((item) => print(type, item, deeper)),
      ']',
      indent,
    );
  }
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${type}: CEL's objects have no ${String(value)}`);
  const fields = Object.entries(value).map(([name, item]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new RangeError(`${type}: no field's name: ${JSON.stringify(name)}`);
    return `${name}: ${print(`${type}.${name}`, item, deeper)}`;
  });
  return wrap(`${type}{`, fields, '}', indent);
}

function wrap(open: string, parts: readonly string[], close: string, indent: string): string {
  if (parts.length === 0) return open + close;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`;
}
