import type { CopyTable } from './connection.ts';

/** A quoted identifier for the few statements that take no parameter there. Throws on NUL. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new RangeError('PostgreSQL has no NUL in an identifier');
  return `"${name.replaceAll('"', '""')}"`;
}

/** COPY … FROM, in PostgreSQL's text format. */
export function writeCopy({ schema, name, columns }: CopyTable, source: 'STDIN' | "'/dev/blob'"): string {
  const table = schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  const list = columns.map(quoteIdentifier).join(', ');
  return `COPY ${table} (${list}) FROM ${source} WITH (FORMAT text, ENCODING 'UTF8')`;
}
