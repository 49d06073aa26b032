import type { CopyTable } from './connection.ts';

/** A quoted identifier for the few statements that take no parameter there. Throws on NUL. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new RangeError('PostgreSQL has no NUL in an identifier');
  return `"${name.replaceAll('"', '""')}"`;
}

/** COPY … FROM. */
export function writeCopy(
  { schema, name, columns, format = 'text' }: CopyTable,
  source: 'STDIN' | "'/dev/blob'",
): string {
  const table = schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  const list = columns.map(quoteIdentifier).join(', ');
  return `COPY ${table} (${list}) FROM ${source} WITH (FORMAT ${format}, ENCODING 'UTF8')`;
}

/** The text of an array, for a parameter that is cast to one: `$1::text::text[]`. Null stands for NULL. */
export function writeArray(values: readonly (string | number | null)[]): string {
  return `{${values.map(writeElement).join(',')}}`;
}

function writeElement(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  return /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
