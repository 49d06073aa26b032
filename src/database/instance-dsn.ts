import type { ProxyWay } from '../model/proxy-way.ts';
import { DatabaseFailure } from './failure.ts';

/** What a DSN that names a Cloud SQL instance says; null is what it leaves to the spec and the credentials. */
export interface InstanceDsn {
  /** `project:region:name`. */
  readonly connectionName: string;
  readonly database: string | null;
  readonly user: string | null;
  /** By which of the instance's addresses. */
  readonly way: ProxyWay | null;
}

const ways: Readonly<Record<string, ProxyWay>> = { private: 'privateIp', public: 'public', psc: 'psc' };

/** A project of a Google Workspace domain has that domain before it: `example.com:project`. */
const form = /^cloudsql:((?:[a-z0-9.-]+:)?[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]+)(?:\/([^/?#]+))?(?:\?([^#]*))?$/;

/**
 * Reads `cloudsql:project:region:name[/database][?user=…&ip=private|public|psc]`; null for a DSN of another kind. Throws
 * `DatabaseFailure`, which names the variable and never repeats the DSN.
 */
export function parseInstanceDsn(dsn: string, variable: string): InstanceDsn | null {
  if (!dsn.startsWith('cloudsql:')) return null;
  const refuse = (reason: string): never => {
    throw new DatabaseFailure(`${variable}: ${reason}`, {
      hint: `write ${variable} as cloudsql:project:region:instance, with /database, ?user=… or ?ip=private|public|psc behind it where the spec’s are not meant`,
    });
  };
  const [, connectionName, database, query] = form.exec(dsn) ?? refuse('the DSN is not the name of an instance');
  if (connectionName === undefined) return null;
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return refuse('the DSN has a percent sign that is not an encoding (write % as %25)');
    }
  };
  const words = new Map<string, string>();
  for (const pair of (query ?? '').split('&').filter((text) => text !== '')) {
    const [key = '', value = '', ...more] = pair.split('=').map(decode);
    if (key === 'password') refuse('a password does not belong in it: PGPASSWORD has that of a login without IAM');
    if ((key !== 'user' && key !== 'ip') || value === '' || more.length > 0)
      refuse('the DSN has a parameter that is not user=… or ip=…');
    words.set(key, value);
  }
  const ip = words.get('ip');
  return {
    connectionName,
    database: database === undefined ? null : decode(database),
    user: words.get('user') ?? null,
    way: ip === undefined ? null : (ways[ip] ?? refuse('ip is one of private, public, psc')),
  };
}
