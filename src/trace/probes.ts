import type { MapNode, SpecNode, SpecPath } from '../spec/node.ts';
import { findNode, nodeToValue } from '../spec/node.ts';
import { followReference, type SchemaNode, schema } from '../spec/schema.ts';
import type { Edit } from './edit.ts';
import { listOtherValues, makeSmallest } from './other-values.ts';

/** A place of the spec, and the ways to write something else there that show which lines it makes. */
export interface Probe {
  readonly path: SpecPath;
  /**
   * - `value`: a value that was written, and left out where it may be
   * - `part`: a map, a list or an item of a list, left out whole
   * - `name`: the key of an entry, where keys are the user's own
   * - `default`: a key that was not written, with a value that is not what then holds
   */
  readonly kind: 'value' | 'part' | 'name' | 'default';
  /** Each alone is one way; at least one. */
  readonly edits: readonly (readonly Edit[])[];
  /** Of the key's own place in the schema. */
  readonly schema: SchemaNode;
  /** The map that the key would open, where that is not written either: opening it must make nothing by itself. */
  readonly opens: SpecPath | null;
}

/** Every probe of a spec, a part before what is inside it. */
export function listProbes(root: SpecNode): readonly Probe[] {
  return probeNode(root, schema, [], null, collectNames(root, schema))
    .filter(({ edits }) => edits.length > 0)
    .map((probe) => followReferences(probe, root));
}

/** Where a name of one map is said again. */
const references: readonly { readonly to: SpecPath; readonly from: SpecPath }[] = [
  { to: ['access', 'workloads'], from: ['metaflow', 'workload'] },
];

/** An entry that something else names is renamed, or left out, with what names it: alone it could not be. */
function followReferences(probe: Probe, root: SpecNode): Probe {
  const own = references.filter(({ to, from }) => {
    const node = findNode(root, from);
    const isEntry = probe.path.length === to.length + 1 && to.every((step, index) => step === probe.path[index]);
    return isEntry && node?.kind === 'scalar' && node.value === probe.path.at(-1);
  });
  if (own.length === 0) return probe;
  const follow = (edit: Edit): readonly Edit[] => {
    if (edit.kind === 'set') return [edit];
    const others = own.map(
      ({ from: path }): Edit =>
        edit.kind === 'rename' ? { kind: 'set', path, value: edit.to } : { kind: 'remove', path },
    );
    return [edit, ...others];
  };
  return { ...probe, edits: probe.edits.map((edits) => edits.flatMap(follow)) };
}

/**
 * The probes of a place and of all inside it. Inside a value that the schema leaves open (a STAC query), those of the
 * whole value; none for what is neither written nor could be by a key alone.
 */
export function selectProbes(
  { probes, root }: { probes: readonly Probe[]; root: SpecNode },
  path: SpecPath,
): readonly Probe[] {
  const contains = (outer: SpecPath, inner: SpecPath) => outer.every((step, index) => step === inner[index]);
  const own = probes.filter((probe) => contains(path, probe.path));
  const around = probes.findLast((probe) => contains(probe.path, path));
  return own.length === 0 && around !== undefined && findNode(root, path) !== null ? [around] : own;
}

/** What a node is an entry or item of: decides whether it may be left out or renamed. */
interface Parent {
  readonly node: SpecNode;
  readonly schema: SchemaNode;
}

function probeNode(
  node: SpecNode,
  reference: SchemaNode,
  path: SpecPath,
  parent: Parent | null,
  names: readonly (readonly string[])[],
): readonly Probe[] {
  const own = followReference(reference);
  const removal = parent === null ? [] : listRemovals(path, parent);
  if (node.kind === 'scalar') {
    const siblings = own.enum === undefined ? (names.find((all) => all.includes(String(node.value))) ?? []) : [];
    const others = siblings.filter((name) => name !== node.value).slice(0, 2);
    const values = [...listOtherValues(node.value, own), ...others];
    const sets = values.map((value): readonly Edit[] => [{ kind: 'set', path, value }]);
    return [
      { path, kind: 'value', edits: [...sets, ...removal], schema: own, opens: null },
      ...probeName(path, parent),
    ];
  }
  const part: Probe = { path, kind: 'part', edits: removal, schema: own, opens: null };
  if (node.kind === 'list') {
    const whole = listOtherValues(nodeToValue(node), own).map((value): readonly Edit[] => [
      { kind: 'set', path, value },
    ]);
    const items = node.items.flatMap((item, index) =>
      probeNode(item, own.items ?? {}, [...path, index], { node, schema: own }, names),
    );
    return [{ ...part, edits: [...part.edits, ...whole] }, ...items];
  }
  const entries = [...node.entries].flatMap(([key, { value }]) =>
    probeNode(value, schemaOf(own, key), [...path, key], { node, schema: own }, names),
  );
  return [part, ...probeName(path, parent), ...entries, ...probeUnwritten(node, own, path, null)];
}

function schemaOf(parent: SchemaNode, key: string): SchemaNode {
  const open = typeof parent.additionalProperties === 'object' ? parent.additionalProperties : {};
  return Object.hasOwn(parent.properties ?? {}, key) ? (parent.properties?.[key] ?? {}) : open;
}

/** Leaving a node out; of two that exclude each other, the other one in its place. */
function listRemovals(path: SpecPath, { node, schema: parent }: Parent): readonly (readonly Edit[])[] {
  const key = path.at(-1) ?? '';
  if (node.kind === 'list') return node.items.length > (parent.minItems ?? 0) ? [[{ kind: 'remove', path }]] : [];
  if (node.kind !== 'map' || parent.required?.includes(String(key)) === true) return [];
  if (node.entries.size > (parent.minProperties ?? 0)) return [[{ kind: 'remove', path }]];
  return Object.entries(parent.properties ?? {})
    .filter(([other]) => other !== key)
    .map(([other, value]) => [
      { kind: 'remove', path },
      { kind: 'set', path: [...path.slice(0, -1), other], value: makeSmallest(value) },
    ]);
}

function probeName(path: SpecPath, parent: Parent | null): readonly Probe[] {
  const key = path.at(-1);
  const names = parent?.schema.propertyNames;
  if (names === undefined || typeof key !== 'string') return [];
  const own = { type: 'string', ...names };
  const edits = listOtherValues(key, own).map((to): readonly Edit[] => [{ kind: 'rename', path, to: String(to) }]);
  return [{ path, kind: 'name', edits: edits.slice(0, 1), schema: own, opens: null }];
}

/** The keys of a map that are not written, down through maps that are not and may be empty. */
function probeUnwritten(
  node: MapNode | null,
  own: SchemaNode,
  path: SpecPath,
  opens: SpecPath | null,
): readonly Probe[] {
  // Of keys that exclude each other, one that is not written does nothing beside the one that is.
  if (node !== null && node.entries.size >= (own.maxProperties ?? Infinity)) return [];
  return Object.entries(own.properties ?? {}).flatMap(([key, reference]): readonly Probe[] => {
    if (node?.entries.has(key) === true) return [];
    const below = followReference(reference);
    const at = [...path, key];
    if (below.type !== 'object') {
      const values = listOtherValues(below.default, below).slice(0, 2);
      const edits = values.map((value): readonly Edit[] => [{ kind: 'set', path: at, value }]);
      return [{ path: at, kind: 'default', edits, schema: below, opens }];
    }
    const optional = (below.required ?? []).length === 0 && below.minProperties === undefined;
    return optional ? probeUnwritten(null, below, at, at) : [];
  });
}

/** The keys of each map whose keys are the user's own, where there are several: a text that is one of them may mean it. */
function collectNames(node: SpecNode, own: SchemaNode): readonly (readonly string[])[] {
  if (node.kind !== 'map') return [];
  const below = [...node.entries].flatMap(([key, { value }]) =>
    collectNames(value, followReference(schemaOf(own, key))),
  );
  return own.propertyNames === undefined || node.entries.size < 2 ? below : [[...node.entries.keys()], ...below];
}
