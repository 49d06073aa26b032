import { parse } from '@cdktf/hcl2json';

/** The folders of Terraform of one environment: each file's text by its path. */
export type Texts = ReadonlyMap<string, string>;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Block = { readonly [key: string]: Json };

/** One attribute of one resource, or of the backend. */
export interface Attribute {
  /** The resource's type and the attribute's path in it, e.g. `google_sql_database_instance.settings.tier`. */
  readonly name: string;
  /** What is written there. */
  readonly written: Json;
  /** That, and all that it stands for in its own folder: locals, variables' defaults, the entry of `for_each`. */
  readonly closure: string;
}

/** What decides how often, when and in which order a resource is made, and is none of its values. */
const meta = ['for_each', 'count', 'depends_on', 'lifecycle', 'provider', 'dynamic'];

/** Every attribute of the folders by its address (`folder type.label.path`), which stays when only values change. */
export async function readAttributes(texts: Texts): Promise<ReadonlyMap<string, readonly Attribute[]>> {
  const folders = new Map<string, Block[]>();
  for (const [path, text] of texts) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    folders.set(folder, [...(folders.get(folder) ?? []), await parseOnce(text)]);
  }
  const attributes = new Map<string, Attribute[]>();
  for (const [folder, files] of folders) {
    const scope = readScope(files);
    for (const { type, label, body } of listBlocks(files))
      for (const { path, written, each } of listLeaves(body, body['for_each'] ?? null)) {
        const address = `${folder} ${type}.${label}.${path}`;
        const closure = closeOver(written, { ...scope, each }, []);
        attributes.set(address, [...(attributes.get(address) ?? []), { name: `${type}.${path}`, written, closure }]);
      }
  }
  return attributes;
}

const parsed = new Map<string, Promise<Block>>();

function parseOnce(text: string): Promise<Block> {
  const known = parsed.get(text) ?? (parse('file.tf', text) as Promise<Block>);
  parsed.set(text, known);
  return known;
}

interface Scope {
  readonly locals: Block;
  readonly variables: Block;
}

function readScope(files: readonly Block[]): Scope {
  const all = (key: string) => files.flatMap((file) => asList(file[key] ?? []));
  const variables = files.flatMap((file) => Object.entries((file['variable'] ?? {}) as Block));
  return {
    locals: Object.assign({}, ...all('locals')),
    variables: Object.fromEntries(
      variables.map(([name, bodies]) => [name, (asList(bodies)[0] as Block)['default'] ?? null]),
    ),
  };
}

interface Labelled {
  readonly type: string;
  readonly label: string;
  readonly body: Block;
}

/** Resources; providers and the backend, which have no label. */
function listBlocks(files: readonly Block[]): readonly Labelled[] {
  return files.flatMap((file) => [
    ...Object.entries((file['resource'] ?? {}) as Block).flatMap(([type, labels]) =>
      Object.entries(labels as Block).flatMap(([label, bodies]) => labelBodies(type, label, bodies)),
    ),
    ...Object.entries((file['provider'] ?? {}) as Block).flatMap(([type, bodies]) =>
      labelBodies(`provider.${type}`, '', bodies),
    ),
    ...asList(file['terraform'] ?? []).flatMap((body) =>
      Object.entries(((body as Block)['backend'] ?? {}) as Block).flatMap(([type, bodies]) =>
        labelBodies(`backend.${type}`, '', bodies),
      ),
    ),
  ]);
}

function labelBodies(type: string, label: string, bodies: Json): readonly Labelled[] {
  return asList(bodies).map((body) => ({ type, label, body: body as Block }));
}

interface Leaf {
  readonly path: string;
  readonly written: Json;
  /** What `each` runs over, or a dynamic block's own iterator. */
  readonly each: Json;
}

/** A block is a list of maps to the reader; an attribute that is a map is one value. */
function listLeaves(body: Block, each: Json, prefix = ''): readonly Leaf[] {
  const own = Object.entries(body).filter(([key]) => prefix !== '' || !meta.includes(key));
  const leaves = own.flatMap(([key, value]): readonly Leaf[] => {
    const path = prefix + key;
    if (key === 'dynamic') return [];
    if (Array.isArray(value) && value.some(isBlock))
      return value.flatMap((inner) => listLeaves(inner as Block, each, `${path}.`));
    return [{ path, written: value, each }];
  });
  const dynamic = Object.entries((body['dynamic'] ?? {}) as Block).flatMap(([key, blocks]) =>
    asList(blocks).flatMap((block) => {
      const { content = [], for_each: over = null } = block as Block;
      return asList(content).flatMap((inner) => listLeaves(inner as Block, over, `${prefix}${key}.`));
    }),
  );
  return [...leaves, ...dynamic];
}

function isBlock(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a value, then of each thing that it names, to the end. Where `for_each` is an expression, of all it names. */
function closeOver(value: Json, scope: Scope & { readonly each: Json }, seen: readonly string[]): string {
  const text = JSON.stringify(value);
  const named = [...text.matchAll(/\b(local|var)\.([a-z_]+)((?:\.[a-z_]+)*)/g)].map(
    ([name, kind, first = '', rest = '']) => {
      const root = (kind === 'local' ? scope.locals : scope.variables)[first] ?? null;
      return [name, follow(root, rest.split('.').slice(1))] as const;
    },
  );
  const each = [...text.matchAll(/\b(?:each|[a-z_]+)\.(key|value)(?:\.([a-z_]+))?/g)].map(([name, kind, field]) => {
    const over = typeof scope.each === 'string' ? resolveWhole(scope.each, scope) : scope.each;
    return [name, isBlock(over) ? project(over as Block, kind === 'key', field) : over] as const;
  });
  const inner = [...named, ...each]
    .filter(([name]) => !seen.includes(name))
    .map(([name, found]) => closeOver(found, scope, [...seen, name]));
  return [text, ...inner].join('\n');
}

/** `${local.NAME}` and nothing else is that local. */
function resolveWhole(text: string, { locals }: Scope): Json {
  const [, name = ''] = /^\$\{local\.([a-z_]+)\}$/.exec(text) ?? [];
  return locals[name] ?? text;
}

function follow(value: Json, steps: readonly string[]): Json {
  return steps.reduce((at, step) => (isBlock(at) ? ((at as Block)[step] ?? at) : at), value);
}

function project(over: Block, keys: boolean, field: string | undefined): Json {
  if (keys) return Object.keys(over);
  const values = Object.values(over);
  return field === undefined
    ? values
    : values.map((value) => (isBlock(value) ? ((value as Block)[field] ?? null) : value));
}

function asList(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value];
}
