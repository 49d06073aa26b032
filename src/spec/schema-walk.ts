import { followReference, type SchemaNode, schema } from './schema.ts';

/** The schema of what a path of a spec or an overlay leads to, or null where it leads to something the schema says nothing about. */
export function findSchema(path: readonly (string | number)[]): SchemaNode | null {
  let node: SchemaNode = schema;
  // An overlay is a platform's spec again, which the schema says in words only.
  const isOverlay = path[0] === 'environments' && path.length > 1;
  for (const step of isOverlay ? path.slice(2) : path) {
    const next = childSchema(node, step);
    if (next === null) return null;
    node = next;
  }
  return node;
}

/** The schema of one entry of a map or one item of a list. */
export function childSchema(node: SchemaNode, step: string | number): SchemaNode | null {
  const named = ownProperty(node, String(step));
  const child = named ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : node.items);
  return child === undefined ? null : followReference(child);
}

/** A map whose keys are names that the user gives (workloads, pipelines, labels …), not keys of the format. */
export function isNamedMap(node: SchemaNode): boolean {
  return typeof node.additionalProperties === 'object';
}

/** Whether names of the user's are given at a path or below it. */
export function holdsNames(path: readonly (string | number)[]): boolean {
  const node = findSchema(path);
  return node !== null && hasNames(node);
}

function hasNames(node: SchemaNode): boolean {
  return isNamedMap(node) || Object.values(node.properties ?? {}).some((child) => hasNames(followReference(child)));
}

function ownProperty(node: SchemaNode, key: string): SchemaNode | undefined {
  return node.properties !== undefined && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
}
