import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Code } from '../../../../src/diagnostic/catalog.ts';
import { followReference, type SchemaNode, schema } from '../../../../src/spec/schema.ts';
import { resolveNow } from '../../../support/resolve.ts';
import { projectRoot } from '../../../support/root.ts';
import { type BadText, badTexts } from './bad-texts.ts';

type Bad = BadText | readonly [value: unknown, code: Code];

const specs = [
  'test/diff/full-cloud-sql.yaml',
  'test/diff/full-virtual-machines.yaml',
  'test/diff/full-endpoint.yaml',
].map((file) => readFileSync(join(projectRoot, file), 'utf8'));

/** Values that a key must not have: those of `badTexts`, or what the schema's own words about it rule out. */
export function listBadValues(key: string): readonly Bad[] {
  return [...(badTexts[key] ?? []), ...(splitKey(key).isName ? [] : listUnlike(followReference(findSchema(key))))];
}

function listUnlike(node: SchemaNode): readonly Bad[] {
  if (node.const !== undefined || node.enum !== undefined) return [['no-such-thing', 'PF104']];
  // What takes a number or a switch has the number's bounds.
  switch ([node.type].flat()[0]) {
    case 'boolean':
    case 'array':
    case 'object':
      return [['no-such-thing', 'PF103']];
    case 'integer':
    case 'number': {
      const { minimum, exclusiveMinimum, maximum } = node;
      const least = minimum === undefined ? exclusiveMinimum : minimum - 1;
      return least === undefined || maximum === undefined
        ? []
        : [
            [least, 'PF106'],
            [maximum + 1, 'PF106'],
          ];
    }
    default:
      return [];
  }
}

function findSchema(key: string): SchemaNode {
  return splitKey(key).steps.reduce((reference: SchemaNode, step): SchemaNode => {
    const node = followReference(reference);
    const open = typeof node.additionalProperties === 'object' ? node.additionalProperties : {};
    return step === '*' ? (node.items ?? open) : (node.properties?.[step] ?? {});
  }, schema);
}

function splitKey(key: string): { readonly steps: readonly string[]; readonly isName: boolean } {
  return { steps: key.replace(' (key)', '').split('.'), isName: key.endsWith(' (key)') };
}

/** What validate says of a spec that is whole but for this key: `severity code` of each. */
export function refuse(key: string, value: unknown): readonly string[] {
  const { steps, isName } = splitKey(key);
  for (const text of specs) {
    const spec = parse(text) as object;
    if (!put(spec, steps, isName, value)) continue;
    const resolved = resolveNow({ path: 'platform.yaml', text: stringify(spec) });
    return (resolved.ok ? resolved.warnings : resolved.diagnostics).map(({ severity, code }) => `${severity} ${code}`);
  }
  throw new Error(`no spec of test/diff/full-*.yaml has a place for ${key}: write it there`);
}

/** Puts the value in the place of the key (of the first entry or item for `*`); false where the spec has no such place. */
function put(spec: object, [step = '', ...rest]: readonly string[], isName: boolean, value: unknown): boolean {
  const entries = Object.entries(spec);
  const found = step === '*' ? entries[0] : (entries.find(([name]) => name === step) ?? [step, undefined]);
  if (found === undefined) return false;
  const [name, inner] = found;
  if (rest.length > 0) return typeof inner === 'object' && inner !== null && put(inner, rest, isName, value);
  if (isName) Reflect.deleteProperty(spec, name);
  Reflect.set(spec, isName ? String(value) : name, isName ? inner : value);
  return true;
}
