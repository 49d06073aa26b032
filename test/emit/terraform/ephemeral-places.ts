import { parse } from '@cdktf/hcl2json';

/** Where an ephemeral variable is read: the address of the argument, `google_sql_user.admin.password_wo` for example. */
export interface EphemeralPlace {
  readonly variable: string;
  readonly address: string;
}

type Tree = Readonly<Record<string, unknown>>;

interface Parsed {
  readonly variable?: Readonly<
    Record<string, readonly { readonly ephemeral?: boolean; readonly sensitive?: boolean }[]>
  >;
  readonly resource?: Tree;
}

/** The variables of a folder that are no secret to its state: sensitive, yet not ephemeral. */
export async function listKeptSecrets(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const variables = (await parseAll(files)).flatMap(({ variable = {} }) => Object.entries(variable));
  return variables.flatMap(([name, [body]]) => (body?.sensitive === true && body.ephemeral !== true ? [name] : []));
}

/** Every place in a folder that reads one of its ephemeral variables, other than the variable's own validation. */
export async function listEphemeralPlaces(files: ReadonlyMap<string, string>): Promise<readonly EphemeralPlace[]> {
  const parsed = await parseAll(files);
  const names = parsed
    .flatMap(({ variable = {} }) => Object.entries(variable))
    .flatMap(([name, [body]]) => (body?.ephemeral === true ? [name] : []));
  return names.flatMap((variable) =>
    parsed.flatMap(({ variable: _, resource = {}, ...others }) =>
      [...listReaders(variable, resource, ''), ...listReaders(variable, others, '')].map((address) => ({
        variable,
        address,
      })),
    ),
  );
}

function listReaders(variable: string, value: unknown, address: string): string[] {
  if (typeof value === 'string') return new RegExp(`\\bvar\\.${variable}\\b`).test(value) ? [address] : [];
  if (Array.isArray(value)) return value.flatMap((item) => listReaders(variable, item, address));
  if (typeof value !== 'object' || value === null) return [];
  const prefix = address === '' ? '' : `${address}.`;
  return Object.entries(value).flatMap(([key, item]) => listReaders(variable, item, `${prefix}${key}`));
}

function parseAll(files: ReadonlyMap<string, string>): Promise<readonly Parsed[]> {
  return Promise.all([...files].map(async ([name, text]) => (await parse(name, text)) as Parsed));
}
