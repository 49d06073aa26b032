import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { MissingSchema } from './schema-store.ts';
import { type Compile, type SchemaError, UnusableSchema } from './validator.ts';

/**
 * Lenient where schemas of extensions are not all sound: unknown keywords and formats say nothing, and a pattern need
 * not be one of Unicode's. The first error ends each branch: most values are good, and of seven kinds of geometry the
 * six others would else be judged to their last position.
 */
const options: Options = {
  strict: false,
  allErrors: false,
  validateSchema: false,
  unicodeRegExp: false,
  ownProperties: true,
  logger: false,
};

/** Compiles schemas by their address, each once, those they refer to with them. `load` may throw, and that is thrown on. */
export function createCompiler(load: (url: string) => Promise<object>): Compile {
  const compilers = new Map<Draft, Ajv>();
  const compilerOf = (draft: Draft): Ajv => {
    const known = compilers.get(draft);
    if (known !== undefined) return known;
    const ajv = makeAjv(draft, async (url) => under(url, await load(url)));
    compilers.set(draft, ajv);
    return ajv;
  };
  return async (url) => {
    const schema = await load(url);
    const draft = findDraft(url, schema);
    const ajv = compilerOf(draft);
    const validate = await compileOne(ajv, url, schema);
    return (value) => (validate(value) === true ? [] : (validate.errors ?? []).map(tellError));
  };
}

async function compileOne(ajv: Ajv, url: string, schema: object): Promise<ValidateFunction> {
  try {
    if (ajv.refs[url] === undefined) ajv.addSchema(under(url, schema), url);
    return await ajv.compileAsync({ $ref: url });
  } catch (error) {
    if (error instanceof MissingSchema) throw error;
    throw new UnusableSchema(url, error);
  }
}

/**
 * A schema under the address it was asked for at, not under the `$id` it gives itself: STAC 1.1 calls its common.json
 * `commonjson`, and releases of extensions are found under the name of the one before.
 */
function under(url: string, schema: object): object {
  return { ...schema, $id: url, $schema: undefined };
}

type Draft = 'draft-07' | '2019-09' | '2020-12';

function findDraft(url: string, schema: object): Draft {
  const meta = '$schema' in schema ? String(schema.$schema) : '';
  if (/2019-09/.test(meta)) return '2019-09';
  if (/2020-12/.test(meta)) return '2020-12';
  if (/draft-0[34]/.test(meta)) throw new UnusableSchema(url, new Error('it is written in a draft older than 06'));
  return 'draft-07';
}

function makeAjv(draft: Draft, loadSchema: (url: string) => Promise<object>): Ajv {
  const all = { ...options, loadSchema };
  const ajv = draft === '2019-09' ? new Ajv2019(all) : draft === '2020-12' ? new Ajv2020(all) : new Ajv(all);
  // A default export of CommonJS.
  (formats as unknown as (ajv: Ajv) => void)(ajv);
  return ajv;
}

function tellError({ instancePath, keyword, params, message }: ErrorObject): SchemaError {
  return { at: instancePath, keyword, params, message: message ?? keyword };
}
