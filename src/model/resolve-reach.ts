import type { PlatformSpec } from '../spec/schema.ts';
import type { CloudSqlHosting } from './platform.ts';
import type { Reach } from './reach.ts';
import type { CloudSqlSpec } from './resolve-instance.ts';

/** How the instance is reached, and how what goes to it and stays in it is encrypted. */
export function resolveProtection(
  spec: PlatformSpec,
  sql: CloudSqlSpec,
  prefix: string,
): Pick<CloudSqlHosting, 'reach' | 'connectorEnforcement' | 'sslMode' | 'encryptionKey'> {
  // Of an instance that lets only connectors in, Cloud SQL makes no replica: see the rule.
  const connectorEnforcement = sql.connectorEnforcement ?? (sql.replicas ?? []).length === 0;
  return {
    reach: resolveReach(spec, sql, prefix),
    connectorEnforcement,
    sslMode: sql.sslMode ?? (connectorEnforcement ? 'encrypted' : 'clientCertificate'),
    encryptionKey: sql.encryptionKey ?? null,
  };
}

function resolveReach(spec: PlatformSpec, sql: CloudSqlSpec, prefix: string): Reach {
  const endpoint = sql.privateServiceConnect;
  if (endpoint !== undefined) {
    return {
      kind: 'privateServiceConnect',
      subnetworks: [...endpoint.subnetworks].sort(),
      consumerProjects: [...new Set([spec.gcp.project, ...(endpoint.consumerProjects ?? [])])].sort(),
    };
  }
  const { allocatedRange, manage = false } = sql.privateServicesAccess ?? {};
  return {
    kind: 'privateServicesAccess',
    allocatedRange: allocatedRange ?? (manage ? `${prefix}-services` : null),
    manage,
  };
}
