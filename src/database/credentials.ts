import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerAddress, SslMode } from './dsn.ts';
import { DatabaseFailure } from './failure.ts';

/** What a server is known by and entered with, where the DSN does not say it. */
export interface KnownCredentials {
  /** As libpq's PGPASSWORD and passfile, and PGSSLROOTCERT: a path, or `system`. */
  readonly defaultPassword?: string | null;
  readonly defaultRootCertificate?: string | null;
  /** Null: the server is not one of the platform's own. */
  readonly own?: OwnServer | null;
}

/** A server of the platform's own, whose secrets are kept elsewhere. */
export interface OwnServer {
  /** PEM of the CA by which it proves that it is the one. */
  readonly readCertificate: () => Promise<string>;
  /** Null where the DSN's login is not the platform's. */
  readonly readPassword: (() => Promise<string>) | null;
}

export interface Credentials {
  readonly sslMode: SslMode;
  /** PEM; null leaves it to Node's own list. */
  readonly certificate: string | null;
  readonly password: Password;
}

/** What a connection logs in with. A stored one is read once; `forget` has the next connection read it again. */
export interface Password {
  readonly kind: 'given' | 'stored';
  readonly read: () => Promise<string>;
  readonly forget: () => void;
}

/**
 * A password that is given is used as the DSN says. A stored one goes only to the server that it is stored for: it is
 * read where none is given, and then the server has to prove by the CA stored beside it that it is the one, whatever
 * `sslmode` and `sslrootcert` say.
 */
export async function findCredentials(address: ServerAddress, known: KnownCredentials): Promise<Credentials> {
  const given = address.password ?? known.defaultPassword ?? null;
  const own = known.own ?? null;
  if (given === null && own !== null && own.readPassword !== null) {
    const password = rememberPassword(own.readPassword);
    const [certificate] = await Promise.all([readOwn(own), password.read()]);
    return { sslMode: 'verify-full', certificate, password };
  }
  const { mode, rootCertificate } = address.tls;
  const root = rootCertificate ?? known.defaultRootCertificate ?? null;
  const password: Password = { kind: 'given', read: async () => given ?? '', forget: () => undefined };
  return { sslMode: mode, certificate: await readCertificate(root, own, mode), password };
}

async function readCertificate(root: string | null, own: OwnServer | null, mode: SslMode): Promise<string | null> {
  if (root === 'system') return null;
  if (root !== null) return requireCertificate(await readFile(root, 'utf8'), `sslrootcert (${root})`);
  const asked = mode === 'verify-full' || mode === 'verify-ca';
  return asked && own !== null ? await readOwn(own) : null;
}

async function readOwn(own: OwnServer): Promise<string> {
  return requireCertificate(await own.readCertificate(), 'what is stored as the certificate of the server’s CA');
}

/** Node takes an empty text for none, and would trust every public CA instead. */
function requireCertificate(text: string, name: string): string {
  try {
    return new X509Certificate(text) && text;
  } catch (cause) {
    throw new DatabaseFailure(`${name} holds no certificate`, { hint: 'it has to be one in PEM', cause });
  }
}

function rememberPassword(readStored: () => Promise<string>): Password {
  let known: Promise<string> | null = null;
  const forget = () => {
    known = null;
  };
  return {
    kind: 'stored',
    forget,
    read: () => {
      known ??= readStored().catch((error: unknown) => {
        forget();
        throw error;
      });
      return known;
    },
  };
}
