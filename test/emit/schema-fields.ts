/** A place of the spec that holds text of the user's own, as the schema has it. */
export interface TextField {
  /** e.g. `access.workloads.*.namespace`; `*` is any key of a map or any item of a list. */
  readonly name: string;
  readonly path: readonly string[];
  /** True where the text is the map's key itself, which is then the path's last step. */
  readonly isKey: boolean;
  readonly example: string;
}

type Schema = Readonly<Record<string, unknown>>;

/**
 * Every text of the schema that is not one of a fixed list, whatever it is called. Overlays are made of the same fields,
 * and the platform's own `renamedFrom` is never taken.
 */
export function listTextFields(root: Schema): readonly TextField[] {
  const definitions = (root['definitions'] ?? {}) as Readonly<Record<string, Schema>>;
  const follow = (schema: Schema): Schema =>
    definitions[String(schema['$ref'] ?? '').replace('#/definitions/', '')] ?? schema;
  return listBelow(root, [], follow).filter(({ name }) => name !== 'renamedFrom');
}

type Follow = (schema: Schema) => Schema;

function listBelow(node: Schema, path: readonly string[], follow: Follow): readonly TextField[] {
  if (path[0] === 'environments' && path.length > 1) return [];
  const schema = follow(node);
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
  const inner = [
    ...properties.flatMap(([key, property]) => listBelow(property, [...path, key], follow)),
    ...listMapFields(schema, path, follow),
    ...(isSchema(schema['items']) ? listBelow(schema['items'], [...path, '*'], follow) : []),
  ];
  const types = [schema['type']].flat();
  const isText = types.includes('string') && schema['enum'] === undefined && schema['const'] === undefined;
  return isText ? [...inner, toField(path, false, exampleOf(schema))] : inner;
}

function listMapFields(schema: Schema, path: readonly string[], follow: Follow): readonly TextField[] {
  const values = schema['additionalProperties'];
  if (values === undefined || values === false) return [];
  const key = toField([...path, '*'], true, 'example');
  // An open object holds whatever one writes, text among it.
  return isSchema(values)
    ? [key, ...listBelow(values, [...path, '*'], follow)]
    : [key, toField([...path, '*'], false, 'example')];
}

function toField(path: readonly string[], isKey: boolean, example: string): TextField {
  return { name: `${path.join('.')}${isKey ? ' (key)' : ''}`, path, isKey, example };
}

function exampleOf(schema: Schema): string {
  const [example] = (schema['examples'] ?? []) as readonly unknown[];
  if (typeof example !== 'string') throw new Error(`no example of a text: ${JSON.stringify(schema)}`);
  return example;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
