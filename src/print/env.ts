import { type Fragment, makeFragment } from './make-fragment.ts';

/**
 * What survives `export $(cat FILE | xargs)` unchanged in bash and dash: no white space, quote, backslash, `$`, `#`,
 * backtick, `*` or `[`. The schema restricts every field that comes here, so another one is a bug and throws.
 * `?` (a DSN's query) stays: shells leave a glob as it is where nothing matches, and to match, the current folder would
 * need one named like `PGSTAC_URI=postgresql:`.
 */
export const envSafe = /^[A-Za-z0-9_.,:;=/@%+&~!?-]*$/;

export function envValue(value: string): Fragment<'env'> {
  if (!envSafe.test(value)) throw new RangeError(`the env file cannot hold ${JSON.stringify(value)}`);
  return makeFragment('env', value);
}

export function envName(name: string): Fragment<'env'> {
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) throw new RangeError(`not a variable's name: ${JSON.stringify(name)}`);
  return makeFragment('env', name);
}
