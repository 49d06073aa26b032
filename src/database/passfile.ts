import type { ServerAddress } from './dsn.ts';

/** `host:port:database:user:password`; a backslash takes its meaning from a colon or another one. */
const line = /^((?:[^\\:]|\\.)*):((?:[^\\:]|\\.)*):((?:[^\\:]|\\.)*):((?:[^\\:]|\\.)*):((?:[^\\:]|\\.)*)/;

/**
 * The password that a passfile (`~/.pgpass`) has for a server: that of the first line which fits, where `*` fits all;
 * null where none does. https://www.postgresql.org/docs/15/libpq-pgpass.html
 */
export function findPassword(passfile: string, { host, port, database, user }: ServerAddress): string | null {
  const wanted = [host, String(port), database, user];
  for (const text of passfile.split(/\r?\n/)) {
    const fields = text.startsWith('#') ? null : line.exec(text);
    const [password, ...named] = fields === null ? [] : [fields[5] ?? '', ...fields.slice(1, 5)];
    if (password === undefined) continue;
    if (named.every((field, index) => field === '*' || readField(field) === wanted[index])) return readField(password);
  }
  return null;
}

function readField(field: string): string {
  return field.replace(/\\(.)/g, '$1');
}
