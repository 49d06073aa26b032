import { failToRead, IngestionFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { makePrintable } from '../source/link.ts';
import { fetchBody } from '../source/request.ts';
import { isObject } from '../source/stac-api/page.ts';
import { findSchemaFile, nameSchema } from './schema-file.ts';

export type SchemaPorts = Pick<Ports, 'files' | 'fetch' | 'clock' | 'signal' | 'report' | 'schemaCache'>;

/** A schema that is not to be had: of what is judged by it nothing can be said. */
export class MissingSchema extends Error {
  readonly url: string;
  /** False where its server may give it another time. */
  readonly isFinal: boolean;

  constructor(url: string, message: string, options: { readonly isFinal: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'MissingSchema';
    this.url = url;
    this.isFinal = options.isFinal;
  }
}

/** Gives the JSON Schema of an address. Throws `MissingSchema`, each time the same. */
export type SchemaStore = (url: string) => Promise<JsonObject>;

type JsonObject = Readonly<Record<string, unknown>>;

/** From a folder that is given nothing is fetched; else from the cache, and what that lacks from its address. */
export function openSchemaStore(folder: string | null, ports: SchemaPorts): SchemaStore {
  const loaded = new Map<string, Promise<JsonObject>>();
  const listed = folder === null ? null : listFolder(folder, ports);
  listed?.catch(() => undefined);
  return (address) => {
    const url = nameSchema(address);
    const known = loaded.get(url);
    if (known !== undefined) return known;
    const loading = listed === null ? obtain(url, ports) : pick(url, folder as string, listed);
    loaded.set(url, loading);
    return loading;
  };
}

async function pick(
  url: string,
  folder: string,
  listed: Promise<ReadonlyMap<string, JsonObject>>,
): Promise<JsonObject> {
  const found = (await listed).get(url);
  if (found === undefined) throw new MissingSchema(url, `it is not in ${folder}`, { isFinal: true });
  return found;
}

async function obtain(url: string, ports: SchemaPorts): Promise<JsonObject> {
  const file = findSchemaFile(url);
  if (file === null) throw new MissingSchema(url, 'it is no https address', { isFinal: true });
  const cached = await ports.schemaCache.read(file);
  const known = cached === null ? null : readSchema(Buffer.from(cached));
  if (known !== null) return known;
  const { bytes, schema } = await fetchSchema(url, ports);
  await ports.schemaCache.write(file, bytes);
  return schema;
}

async function fetchSchema(url: string, ports: SchemaPorts): Promise<{ bytes: Buffer; schema: JsonObject }> {
  const request = { method: 'GET' as const, headers: { accept: 'application/schema+json, application/json' } };
  const bytes = await fetchBody(url, request, ports, (body) => body).catch((cause: unknown) => {
    if (!(cause instanceof IngestionFailure) || cause.kind === 'interrupted') throw cause;
    const status = 'status' in cause ? Number(cause.status) : 0;
    throw new MissingSchema(url, cause.message, { isFinal: status === 404 || status === 410, cause });
  });
  const schema = readSchema(bytes);
  if (schema === null) throw new MissingSchema(url, 'what is there is no JSON Schema', { isFinal: true });
  return { bytes, schema };
}

/** Null where the bytes are none, as when a gateway answers with a page of its own. */
function readSchema(bytes: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Every schema of a folder by its address: where it lies says it, and so does its `$id`, if no other lies there. */
async function listFolder(
  folder: string,
  { files }: Pick<SchemaPorts, 'files'>,
): Promise<ReadonlyMap<string, JsonObject>> {
  const placed = new Map<string, JsonObject>();
  const named = new Map<string, JsonObject>();
  const walk = async (below: string): Promise<void> => {
    const path = below === '' ? folder : `${folder}/${below}`;
    const entries = await files.list(path).catch((cause) => failToRead(path, cause));
    for (const { name, isFolder } of [...entries].sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const inner = below === '' ? name : `${below}/${name}`;
      if (isFolder) await walk(inner);
      else if (name.endsWith('.json')) await add(inner);
    }
  };
  const add = async (inner: string): Promise<void> => {
    const parts: Uint8Array[] = [];
    const path = `${folder}/${inner}`;
    try {
      for await (const part of files.open(path)) parts.push(part);
    } catch (cause) {
      failToRead(path, cause);
    }
    const schema = readSchema(Buffer.concat(parts));
    if (schema === null)
      throw new IngestionFailure('source', `${makePrintable(path)} is no JSON Schema`, {
        hint: 'the folder that schemas names holds JSON Schemas only',
      });
    placed.set(nameSchema(`https://${inner.replace(/\/index\.json$/, '/')}`), schema);
    const id = schema['$id'];
    if (typeof id === 'string' && !named.has(nameSchema(id))) named.set(nameSchema(id), schema);
  };
  await walk('');
  return new Map([...named, ...placed]);
}
