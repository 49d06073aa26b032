import type { DatabaseMachine } from './hosting.ts';
import type { Platform } from './platform.ts';

/** What of a DSN says which server is meant. */
export interface NamedServer {
  readonly host: string;
  readonly database: string;
  /** Whether the DSN asks for `sslmode=verify-full`. */
  readonly verified: boolean;
}

/**
 * The platform's own machine that a DSN names; null for any other server, and on Cloud SQL. By the names in the machine's
 * certificate (`make_certificates` of its startup script). The last of them is the near end of a tunnel, and may be a
 * PostgreSQL of one's own: the machine is meant only where the server has to prove it.
 */
export function findOwnMachine(
  platform: Platform,
  database: 'pgstac' | 'ingest',
  named: NamedServer,
): DatabaseMachine | null {
  const { hosting } = platform;
  if (hosting.kind !== 'virtualMachines' || named.database !== platform.databases[database].name) return null;
  const machine = hosting[database];
  const isNear = named.verified && ['localhost', '127.0.0.1'].includes(named.host);
  return isNear || [machine.host, machine.machine].includes(named.host) ? machine : null;
}
