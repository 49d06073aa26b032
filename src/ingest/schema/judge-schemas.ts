import { IngestionFailure } from '../failure.ts';
import type { GoodItem } from '../item/judge.ts';
import { type Fault, MISSING_SCHEMA } from '../item/reason.ts';
import { describeUrl, makePrintable } from '../source/link.ts';
import { describeErrors } from './describe-errors.ts';
import { nameSchema } from './schema-file.ts';
import { MissingSchema, openSchemaStore, type SchemaPorts } from './schema-store.ts';
import { type Compile, UnusableSchema, type Validator } from './validator.ts';

/** Judges items that are sound otherwise: null where every schema is content. */
export type SchemaJudge = (item: GoodItem) => Promise<Fault | null>;

/** Where STAC publishes the schema of items, for each of its versions. */
const itemSchema = (version: string) => `https://schemas.stacspec.org/v${version}/item-spec/json-schema/item.json`;

/** Without the schemas of these nothing can be judged at all. */
const RELEASES = ['1.0.0', '1.1.0'];

/** What of an item's schemas could be made; those that are not to be had, and why. */
interface Validators {
  readonly made: readonly { readonly url: string; readonly validate: Validator }[];
  readonly missing: readonly { readonly url: string; readonly why: string }[];
}

/**
 * Judges items by the JSON Schema of their STAC version and of each extension they name (`judge: full`). A schema is
 * obtained and compiled once; one that is not to be had faults the items that name it. Throws `IngestionFailure` where
 * a server of STAC's own schema gives nothing: that says nothing of the items.
 *
 * @param folder Where the schemas are; null: the cache, and their addresses.
 */
export function openSchemaJudge(folder: string | null, ports: SchemaPorts): SchemaJudge {
  const store = openSchemaStore(folder, ports);
  let compile: Promise<Compile> | null = null;
  const compileUrl = async (url: string): Promise<Validator> => {
    compile ??= import('./compile-schema.ts').then(({ createCompiler }) => createCompiler(store));
    return await (await compile)(url);
  };
  const single = new Map<string, Promise<Validator>>();
  const validatorOf = (url: string): Promise<Validator> => {
    const known = single.get(url) ?? compileUrl(url);
    single.set(url, known);
    return known;
  };
  const sets = new Map<string, Promise<Validators>>();
  // A batch is decided again whenever something in it turns out bad.
  const known = new WeakMap<GoodItem, Fault | null>();
  return async (item) => {
    const before = known.get(item);
    if (before !== undefined) return before;
    const value = JSON.parse(item.bytes.toString('utf8')) as ItemValue;
    const names = listSchemas(value);
    const key = JSON.stringify(names);
    const set = sets.get(key) ?? makeValidators(names, validatorOf);
    sets.set(key, set);
    const fault = judgeItem(value, await set);
    known.set(item, fault);
    return fault;
  };
}

interface ItemValue {
  readonly stac_version: string;
  readonly stac_extensions?: readonly string[] | null;
}

/** Addresses of the schemas of an item; what is no address stays as it is. */
function listSchemas({ stac_version: version, stac_extensions: extensions }: ItemValue): readonly string[] {
  const named = [...new Set((extensions ?? []).map(nameSchema))].sort();
  return [/^[\w.+-]{1,40}$/.test(version) ? itemSchema(version) : version, ...named];
}

async function makeValidators(
  urls: readonly string[],
  validatorOf: (url: string) => Promise<Validator>,
): Promise<Validators> {
  const results = await Promise.allSettled(urls.map(validatorOf));
  const made: { url: string; validate: Validator }[] = [];
  const missing: { url: string; why: string }[] = [];
  for (const [place, result] of results.entries()) {
    const url = urls[place] as string;
    if (result.status === 'fulfilled') made.push({ url, validate: result.value });
    else missing.push(explainMissing(url, result.reason));
  }
  return { made, missing };
}

function explainMissing(url: string, error: unknown): Validators['missing'][number] {
  if (error instanceof UnusableSchema) return { url, why: `it cannot be used: ${error.message}` };
  if (!(error instanceof MissingSchema)) throw error;
  const isOurs = RELEASES.some((version) => url === itemSchema(version));
  if (isOurs && !error.isFinal)
    throw new IngestionFailure('source', `nothing can be judged without ${error.url}: ${error.message}`, {
      hint: 'run it again, or put the schemas into a folder and name it: pipelines.….schemas (docs/ingest.md)',
      cause: error,
    });
  return error.url === url
    ? { url, why: error.message }
    : { url, why: `${describeUrl(error.url)}, which it refers to: ${error.message}` };
}

function judgeItem(item: object, { made, missing }: Validators): Fault | null {
  const faults = made.flatMap(({ url, validate }) => {
    const errors = validate(item);
    return errors.length === 0 ? [] : [`${describeUrl(url)}: ${describeErrors(errors, item)}`];
  });
  // A fault stays one whatever the schema says that is missing.
  if (faults.length > 0) return { reason: 'schemaFault', message: faults.join(' · ') };
  if (missing.length === 0) return null;
  const told = missing.map(({ url, why }) => MISSING_SCHEMA.replace('%', () => describeUrl(url)) + makePrintable(why));
  return { reason: 'schemaMissing', message: told.join(' · ') };
}
