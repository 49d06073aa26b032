import { type Fragment, makeFragment } from './make-fragment.ts';

/**
 * A value of one of pgbouncer's connection lines, quoted, for an ini file in a block scalar of YAML (pgbouncer's
 * documentation, 'Section [databases]'). Throws on a control character: the file is read line by line.
 */
export function pgbouncerValue(value: string): Fragment<'yaml'> {
  if (/[\p{Cc}\u2028\u2029]/u.test(value))
    throw new RangeError(`pgbouncer's file cannot hold ${JSON.stringify(value)}`);
  return makeFragment('yaml', `'${value.replaceAll("'", "''")}'`);
}
