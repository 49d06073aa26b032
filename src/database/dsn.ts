import { isIP } from 'node:net';
import { DatabaseFailure } from './failure.ts';

/** What a DSN says, in libpq's terms. An absent password is null; an empty one is a password (the Auth Proxy's, IAM). */
export interface ServerAddress {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  /** Where to connect instead of looking `host` up, which is then only the name in the server's certificate. */
  readonly hostAddress: string | null;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | null;
  readonly tls: { readonly mode: SslMode; readonly rootCertificate: string | null };
  readonly applicationName: string;
  /** Seconds. */
  readonly connectTimeout: number;
}

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

const known = new Set([
  'host',
  'hostaddr',
  'port',
  'dbname',
  'user',
  'password',
  'sslmode',
  'sslrootcert',
  'application_name',
  'connect_timeout',
]);
/** Said by name. What isn't a parameter of libpq's may be the rest of an unquoted password, and isn't repeated. */
const unsupported = new Set(['options', 'passfile', 'service', 'sslcert', 'sslkey', 'sslpassword', 'sslcrl']);
/** Settings of libpq's own connection handling, which change nothing about what is reached. */
const ignored = new Set([
  'gssencmode',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'target_session_attrs',
  'client_encoding',
]);

/**
 * Reads a URL (`postgresql://user:password@host:port/database?sslmode=…`) or libpq's `key=value` words.
 * https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING
 * Throws `DatabaseFailure`, which names the variable and never repeats the DSN.
 */
export function parseDsn(dsn: string, variable: string, defaultUser: string | null = null): ServerAddress {
  const refuse = (reason: string): never => {
    throw new DatabaseFailure(`${variable}: ${reason}`, {
      hint: `write ${variable} as postgresql://user@host:5432/database?sslmode=require or as host=… port=… dbname=… user=…`,
    });
  };
  const words = /^postgres(ql)?:\/\//.test(dsn) ? readUrl(dsn, refuse) : readWords(dsn, refuse);
  for (const key of words.keys()) {
    if (unsupported.has(key)) refuse(`the DSN's parameter ${key} is not supported`);
    if (!known.has(key) && !ignored.has(key)) refuse('the DSN has a parameter that PostgreSQL does not know');
  }
  const mode = words.get('sslmode') ?? 'prefer';
  if (!isSslMode(mode)) return refuse(`sslmode is one of ${sslModes.join(', ')}`);
  const hostAddress = words.get('hostaddr') ?? null;
  if (hostAddress !== null && isIP(hostAddress) === 0) return refuse('hostaddr is an IP address');
  const host = words.get('host') ?? hostAddress ?? refuse('the DSN names no host');
  if (host.includes(',')) return refuse('the DSN names several hosts; one is wanted');
  const user = words.get('user') ?? defaultUser ?? refuse('the DSN names no user');
  return {
    host,
    hostAddress,
    port: readCount(words.get('port') || '5432', 1, 65535) ?? refuse('the port is a number from 1 to 65535'),
    database: words.get('dbname') ?? user,
    user,
    password: words.get('password') ?? null,
    tls: { mode, rootCertificate: words.get('sslrootcert') ?? null },
    applicationName: words.get('application_name') ?? 'platform',
    connectTimeout:
      readCount(words.get('connect_timeout') ?? '15', 0, 3600) ?? refuse('connect_timeout is a number of seconds'),
  };
}

type Refuse = (reason: string) => never;

function isSslMode(mode: string): mode is SslMode {
  return sslModes.some((known) => known === mode);
}

function readCount(text: string, least: number, most: number): number | null {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= least && value <= most ? value : null;
}

/** Not `URL`: that one refuses raw bytes libpq takes in a password, and lowercases a socket's folder. */
function readUrl(dsn: string, refuse: Refuse): Map<string, string> {
  const parts = /^[a-z]+:\/\/(?:([^/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?(?:\/([^?#]*))?(?:\?(.*))?$/s.exec(dsn);
  if (parts === null)
    return refuse('the DSN is not a PostgreSQL URL (one host; special characters in a password are percent-encoded)');
  const [, login, host, port, database, query] = parts;
  // Read as libpq reads it, what follows a raw slash in the password would be the database's name, which is shown.
  if (database?.includes('@') === true)
    return refuse('the DSN has an @ behind its host (percent-encode special characters: / is %2F, @ is %40)');
  const words = new Map<string, string>();
  const set = (key: string, text: string | undefined) => {
    if (text !== undefined && text !== '') words.set(key, decode(text, refuse));
  };
  set('host', host?.replace(/^\[|\]$/g, ''));
  set('port', port);
  set('dbname', database);
  if (login !== undefined) {
    const colon = login.indexOf(':');
    set('user', colon < 0 ? login : login.slice(0, colon));
    if (colon >= 0) words.set('password', decode(login.slice(colon + 1), refuse));
  }
  for (const pair of (query ?? '').split('&')) {
    const equals = pair.indexOf('=');
    if (equals > 0) words.set(decode(pair.slice(0, equals), refuse), decode(pair.slice(equals + 1), refuse));
    else if (pair !== '') refuse('a parameter of the DSN has no value');
  }
  return words;
}

function decode(text: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('the DSN has a percent sign that is not an encoding (write % as %25)');
  }
}

/** `key = 'value with spaces'`, where `\'` and `\\` stand for themselves. */
function readWords(dsn: string, refuse: Refuse): Map<string, string> {
  const words = new Map<string, string>();
  const word = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/suy;
  while (word.lastIndex < dsn.trimEnd().length) {
    const match = word.exec(dsn);
    if (match?.[1] === undefined) return refuse('the DSN is neither a URL nor key=value words');
    words.set(match[1], (match[2] ?? match[3] ?? '').replace(/\\(.)/gsu, '$1'));
  }
  return words;
}
