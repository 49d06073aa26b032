import { followReference, type SchemaNode, schema } from '../../../../src/spec/schema.ts';
import type { Probe } from '../../../../src/trace/probes.ts';
import type { Trace } from '../../../../src/trace/trace.ts';
import { type Attribute, readAttributes, type Texts } from './read-attributes.ts';

/** Where an attribute's value comes from. */
export interface Origin {
  /** Keys of the spec that change it, `*` for any key of a map or item of a list. */
  readonly from: ReadonlySet<string>;
  /** What templates write there themselves. */
  readonly literals: ReadonlySet<string>;
}

/**
 * The origins of every attribute, by the attribute's name: each key of the spec is written otherwise, and what is not the
 * same any more comes from it.
 */
export async function traceAttributes(traces: readonly Trace[]): Promise<ReadonlyMap<string, Origin>> {
  const origins = new Map<string, { from: Set<string>; literals: Set<string> }>();
  for (const trace of traces) {
    const base = await readAttributes(keepTerraform(trace.base));
    for (const { name, written } of [...base.values()].flat()) {
      const origin = origins.get(name) ?? { from: new Set(), literals: new Set() };
      origins.set(name, origin);
      for (const value of [written].flat())
        if (typeof value === 'string' && !value.includes('${')) origin.literals.add(value);
    }
    for (const probe of trace.probes)
      for (const name of await findChanged(trace, probe, base)) origins.get(name)?.from.add(nameKey(probe));
  }
  return origins;
}

/** Where the values that a probe tries leave a part of a text as it is, and Terraform gets the parts apart. */
const otherTexts: Readonly<Record<string, string>> = { 'gcp.terraformState': 'gs://other-state/other' };

async function findChanged(
  trace: Trace,
  probe: Probe,
  base: ReadonlyMap<string, readonly Attribute[]>,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  if (probe.kind === 'part') return names;
  const key = nameKey(probe);
  const more = key in otherTexts ? [[{ kind: 'set', path: probe.path, value: otherTexts[key] } as const]] : [];
  for (const edits of [...probe.edits, ...more]) {
    if (edits.some(({ kind }) => kind === 'remove')) continue;
    const changed = trace.emit(edits);
    if (changed === null || changed === trace.base) continue;
    const after = await readAttributes(keepTerraform(changed));
    for (const [address, attributes] of base) {
      const others = after.get(address);
      if (others !== undefined && closures(others) !== closures(attributes)) names.add(attributes[0]?.name ?? '');
    }
  }
  return names;
}

const closures = (attributes: readonly Attribute[]) => JSON.stringify(attributes.map(({ closure }) => closure));

function keepTerraform(texts: Texts): Texts {
  return new Map([...texts].filter(([path]) => path.endsWith('.tf')));
}

function nameKey({ path, kind }: Probe): string {
  let node: SchemaNode = schema;
  const steps = path.map((step) => {
    const own = followReference(node);
    const property = own.properties?.[step];
    node = property ?? own.items ?? (typeof own.additionalProperties === 'object' ? own.additionalProperties : {});
    return property === undefined ? '*' : String(step);
  });
  return `${steps.join('.')}${kind === 'name' ? ' (key)' : ''}`;
}
