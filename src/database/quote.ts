/** A quoted identifier for the few statements that take no parameter there (COPY). Throws on NUL. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new RangeError('PostgreSQL has no NUL in an identifier');
  return `"${name.replaceAll('"', '""')}"`;
}
