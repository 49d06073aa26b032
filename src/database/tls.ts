import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import type { ServerAddress } from './dsn.ts';
import { describeError } from './failure.ts';

type Tls = ConnectionOptions | false;

/** libpq's `sslmode`, by trying: `prefer` and `allow` fall back where the server (a proxy, a socket) speaks no TLS. */
export async function chooseTls(
  driver: typeof pg,
  base: pg.PoolConfig,
  address: ServerAddress,
  root: string | null,
): Promise<Tls> {
  const attempts = await listTlsAttempts(address, address.tls.rootCertificate ?? root);
  for (const [index, ssl] of attempts.entries()) {
    const client = new driver.Client({ ...base, ssl });
    // A connection that breaks later than its own error would otherwise end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return ssl;
    } catch (error) {
      if (index === attempts.length - 1 || !/SSL|encryption/i.test(describeError(error))) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw new Error('sslmode without an attempt');
}

/** https://www.postgresql.org/docs/15/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
async function listTlsAttempts({ host, tls }: ServerAddress, root: string | null): Promise<readonly Tls[]> {
  const named = root !== null && root !== 'system';
  const ca = named ? { ca: await readFile(root, 'utf8') } : {};
  const unverified: Tls = { rejectUnauthorized: false };
  const issuerOnly: Tls = { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  switch (tls.mode) {
    case 'disable':
      return [false];
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return host.startsWith('/') ? [false] : [unverified, false];
    case 'require':
      // libpq: with a root certificate at hand, `require` verifies the issuer.
      return [named ? issuerOnly : unverified];
    case 'verify-ca':
      return [issuerOnly];
    case 'verify-full':
      return [{ ...ca, rejectUnauthorized: true, host }];
    default:
      return tls.mode satisfies never;
  }
}
