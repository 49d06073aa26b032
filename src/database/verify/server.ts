import { isIPv4 } from 'node:net';
import { poolerHost } from '../../model/dsn.ts';
import type { Platform } from '../../model/platform.ts';
import type { DatabaseTarget, Session } from '../connection.ts';
import { readServerVersion } from '../status.ts';

/** The server, who we are there, and the databases that it has. */
export async function describeServer(session: Session): Promise<string> {
  const [row] = await session.query<{ user: string; database: string; all: readonly string[] }>(
    `SELECT current_user::text AS user, current_database()::text AS database,
       (SELECT array_agg(datname::text ORDER BY datname) FROM pg_database WHERE datallowconn AND NOT datistemplate) AS all`,
  );
  const listed = row?.all.join(', ') ?? '';
  return `PostgreSQL ${await readServerVersion(session)}, database ${row?.database} of ${listed}, as ${row?.user}`;
}

/**
 * Whether what is said on the way to the server is encrypted. Where the connection ends on this machine, at the Auth
 * Proxy or a tunnel, or at the cluster's own pooler, that is where TLS begins, and PostgreSQL knows nothing of it.
 */
export async function checkTls(session: Session, target: DatabaseTarget, platform: Platform): Promise<string> {
  if (target.kind === 'embedded') return 'not needed: the database is in this process';
  if (target.port === null) return 'by Google’s connector, with certificates on both sides';
  const [row] = await session.query<{ ssl: boolean; version: string | null; cipher: string | null }>(
    'SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  );
  const { pooler } = platform.kubernetes ?? { pooler: null };
  if (pooler !== null && target.host === poolerHost(pooler))
    return 'by the pooler’s Auth Proxy; up to the pooler in the clear, inside the cluster';
  if (row?.ssl === true) return `${row.version}, ${row.cipher}`;
  if (isThisMachine(target.host)) return `begins at ${target.host}, where the Auth Proxy or a tunnel takes over`;
  throw new Error(`none: sslmode=verify-full in ${target.variable} asks for it, and for the server’s certificate`);
}

/** A path is a Unix socket. */
function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('/') || (isIPv4(host) && host.startsWith('127.'));
}
