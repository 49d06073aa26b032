import { platformSchema } from './schema.generated.ts';

export type { PlatformSpec } from './schema.generated.ts';

/** The part of JSON Schema that platform.schema.json is written in. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly propertyNames?: SchemaNode;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly definitions?: Readonly<Record<string, SchemaNode>>;
  readonly $ref?: string;
}

export const schema = platformSchema as SchemaNode;

/** What a document can be checked as: a whole platform, or a base or one environment's overlay before they are merged. */
export type Shape = 'platform' | 'base' | 'overlay';

/** The schema node a `$ref` of this file (`#/definitions/NAME`) stands for; any other node is itself. */
export function followReference(node: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node;
  const target = schema.definitions?.[node.$ref.replace('#/definitions/', '')];
  if (target === undefined) throw new Error(`the schema has no ${node.$ref}`);
  return target;
}

/**
 * The schema of a base or an overlay, before they are merged: nothing required, `null` allowed everywhere, since it
 * removes what it stands for.
 */
function loosenSchema(node: SchemaNode): SchemaNode {
  const { required: _required, minProperties: _least, maxProperties: _most, const: constant, ...rest } = node;
  return {
    ...rest,
    ...(node.type === undefined ? {} : { type: [...[node.type].flat(), 'null'] }),
    ...(constant === undefined ? {} : { enum: [constant, null] }),
    ...(node.enum === undefined ? {} : { enum: [...node.enum, null] }),
    ...(node.properties === undefined ? {} : { properties: mapValues(node.properties, loosenSchema) }),
    ...(typeof node.additionalProperties === 'object'
      ? { additionalProperties: loosenSchema(node.additionalProperties) }
      : {}),
    ...(node.definitions === undefined ? {} : { definitions: mapValues(node.definitions, loosenSchema) }),
  };
}

/** The schema of one entry of `environments`: the platform's, loosened, without `environments` itself. */
function overlaySchema(): SchemaNode {
  const { environments: _environments, ...properties } = schema.properties ?? {};
  return { ...loosenSchema({ ...schema, properties }), type: ['object', 'null'] };
}

export function schemaOf(shape: Shape): SchemaNode {
  switch (shape) {
    case 'platform':
      return schema;
    case 'base':
      return loosenSchema(schema);
    case 'overlay':
      return overlaySchema();
    default:
      return shape satisfies never;
  }
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
