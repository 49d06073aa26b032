import { parse } from '@cdktf/hcl2json';
import type { Attribute, AttributeType, Block, ProviderSchemas } from './provider-schema.ts';

type Body = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, readonly Body[]>>;

/** What Terraform itself reads in every block of a resource or of a provider. */
const metaArguments = new Set([
  'count',
  'for_each',
  'provider',
  'depends_on',
  'lifecycle',
  'connection',
  'provisioner',
]);

/**
 * Whatever a file of Terraform says that the providers' schemas do not have so: an unknown type, argument or block, a
 * block for an argument, a literal of another type, an argument that is deprecated or that only the provider sets.
 * Expressions are Terraform's to check. Each mistake is one line with its address.
 */
export async function findSchemaMistakes(name: string, text: string, schemas: ProviderSchemas): Promise<string[]> {
  const { resource = {}, data = {}, provider = {} } = (await parse(name, text)) as Record<string, never>;
  return [
    ...findInTypes(resource, schemas.resource),
    ...findInTypes(data, schemas.data),
    ...Object.entries(provider as Blocks).flatMap(([local, bodies]) =>
      bodies.flatMap((body) => findInBody(`provider.${local}`, without(body, 'alias'), schemas.provider.get(local))),
    ),
  ];
}

function findInTypes(types: Readonly<Record<string, Blocks>>, schemas: ReadonlyMap<string, Block>): string[] {
  return Object.entries(types).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, bodies]) =>
      bodies.flatMap((body) => findInBody(`${type}.${name}`, without(body, ...metaArguments), schemas.get(type))),
    ),
  );
}

function findInBody(address: string, body: Body, schema: Block | undefined): string[] {
  if (schema === undefined) return [`${address}: no such type`];
  const mistakes = schema.deprecated === true ? [`${address}: deprecated`] : [];
  const { dynamic = {}, ...plain } = body as { dynamic?: Readonly<Record<string, readonly { content: Body[] }[]>> };
  for (const [name, bodies] of Object.entries(dynamic)) {
    const contents = bodies.flatMap(({ content }) => content);
    mistakes.push(...findInBlock(`${address}.${name}`, contents, schema.block_types[name]?.block));
  }
  for (const [name, value] of Object.entries(plain)) {
    const attribute = schema.attributes[name];
    if (attribute !== undefined) mistakes.push(...findInAttribute(`${address}.${name}`, value, attribute));
    else mistakes.push(...findInBlock(`${address}.${name}`, value, schema.block_types[name]?.block));
  }
  return mistakes;
}

function findInBlock(address: string, bodies: unknown, schema: Block | undefined): string[] {
  if (schema === undefined) return [`${address}: no such argument`];
  if (!Array.isArray(bodies)) return [`${address}: a block, not an argument`];
  return bodies.flatMap((body: Body) => findInBody(address, body, schema));
}

function findInAttribute(address: string, value: unknown, attribute: Attribute): string[] {
  const mistakes = findWrongType(address, value, attribute.type);
  if (attribute.deprecated === true) mistakes.push(`${address}: deprecated`);
  if (attribute.optional !== true && attribute.required !== true)
    mistakes.push(`${address}: only the provider sets it`);
  return mistakes;
}

function findWrongType(address: string, value: unknown, type: AttributeType): string[] {
  // An expression, or null, which leaves the argument out.
  if (value === null || (typeof value === 'string' && value.includes('${') && type !== 'string')) return [];
  if (typeof type === 'string') return typeof value === jsTypes[type] ? [] : [`${address}: not a ${type}`];
  const [kind, element] = type;
  if (kind === 'object') throw new Error(`${address}: objects are written by providers only`);
  const isList = kind === 'list' || kind === 'set';
  const fits = isList ? Array.isArray(value) : typeof value === 'object' && !Array.isArray(value);
  if (!fits) return [`${address}: not a ${kind}`];
  return Object.entries(value as object).flatMap(([key, item]) =>
    findWrongType(`${address}[${key}]`, item, element as AttributeType),
  );
}

const jsTypes: Readonly<Record<string, string>> = { string: 'string', number: 'number', bool: 'boolean' };

function without(body: Body, ...names: readonly string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}
