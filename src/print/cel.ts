import type { YamlNode } from '../yaml/node.ts';
import { readPlainYaml } from '../yaml/read-plain.ts';
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
  const list = readPlainYaml(yaml, () => null);
  const [item, ...others] = list?.kind === 'list' ? list.items : [];
  if (item === undefined || others.length > 0) throw new TypeError(`${type}: one item of a plain sequence is wanted`);
  return makeFragment('yaml', print(type, item, '  '.repeat(depth)));
}

function print(type: string, node: YamlNode<null>, indent: string): string {
  const deeper = `${indent}  `;
  switch (node.kind) {
    case 'scalar':
      return printScalar(type, node.value);
    case 'list': {
      const items = node.items.map((item) => print(type, item, deeper));
      return wrap('[', items, ']', indent);
    }
    case 'map': {
      const fields = [...node.entries].map(([name, { value }]) => {
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
          throw new RangeError(`${type}: no field's name: ${JSON.stringify(name)}`);
        return `${name}: ${print(`${type}.${name}`, value, deeper)}`;
      });
      return wrap(`${type}{`, fields, '}', indent);
    }
    default:
      return node satisfies never;
  }
}

function printScalar(type: string, value: string | number | boolean | null): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  // CEL reads JSON's escapes in strings.
  if (typeof value === 'string' || typeof value === 'boolean') return yamlValue(value).text;
  throw new TypeError(`${type}: CEL's objects have no ${String(value)}`);
}

function wrap(open: string, parts: readonly string[], close: string, indent: string): string {
  if (parts.length === 0) return open + close;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`;
}
