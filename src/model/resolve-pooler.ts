import type { PlatformSpec } from '../spec/schema.ts';
import { deriveDatabaseUser, deriveServiceAccount, kubernetesNamespace, poolerAccount, poolerRole } from './names.ts';
import type { Pooler } from './platform.ts';

/**
 * The pooler with an identity of its own, which may only read unless the spec says otherwise. Null without one, and on
 * virtual machines, where nothing logs in by IAM (the rules refuse it there).
 */
export function resolvePooler(spec: PlatformSpec, prefix: string): Pooler | null {
  const pooler = spec.kubernetes?.pooler;
  if (pooler === undefined || spec.hosting.cloudSql === undefined) return null;
  const google = deriveServiceAccount(spec.gcp.project, prefix, poolerRole);
  const namespace = kubernetesNamespace(spec);
  return {
    mode: pooler.mode ?? 'transaction',
    poolSize: pooler.poolSize ?? 20,
    maxClients: pooler.maxClients ?? 500,
    replicas: pooler.replicas ?? 2,
    namespace,
    serviceAccount: poolerAccount,
    google,
    databaseUser: deriveDatabaseUser(google.email),
    grants: { pgstac: pooler.grants?.pgstac ?? 'read', ingest: pooler.grants?.ingest ?? 'read' },
    clients: [...(pooler.clients ?? [namespace])].sort(),
  };
}
