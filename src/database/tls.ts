import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import type { Credentials } from './credentials.ts';
import { describeError } from './failure.ts';
import { tryLogin } from './server-pool.ts';

type Tls = ConnectionOptions | false;

/** libpq's `sslmode`, by trying: `prefer` and `allow` fall back where the server (a proxy, a socket) speaks no TLS. */
export async function chooseTls(
  driver: typeof pg,
  base: pg.PoolConfig,
  host: string,
  credentials: Credentials,
): Promise<Tls> {
  const attempts = listTlsAttempts(host, credentials);
  for (const [index, ssl] of attempts.entries()) {
    try {
      await tryLogin(driver, { ...base, ssl });
      return ssl;
    } catch (error) {
      if (index === attempts.length - 1 || !/SSL|encryption/i.test(describeError(error))) throw error;
    }
  }
  throw new Error('sslmode without an attempt');
}

/** https://www.postgresql.org/docs/15/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
function listTlsAttempts(host: string, { sslMode, certificate }: Credentials): readonly Tls[] {
  const ca = certificate === null ? {} : { ca: certificate };
  const unverified: Tls = { rejectUnauthorized: false };
  const issuerOnly: Tls = { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  // What the certificate has to name, though hostaddr may say where the server is.
  const name = isIP(host) === 0 ? { servername: host } : { host };
  switch (sslMode) {
    case 'disable':
      return [false];
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return host.startsWith('/') ? [false] : [unverified, false];
    case 'require':
      // libpq: with a root certificate at hand, `require` verifies the issuer.
      return [certificate === null ? unverified : issuerOnly];
    case 'verify-ca':
      return [issuerOnly];
    case 'verify-full':
      return [{ ...ca, rejectUnauthorized: true, ...name }];
    default:
      return sslMode satisfies never;
  }
}
