import { poolerDsn, proxyPort } from '../../model/dsn.ts';
import { listLogins } from '../../model/logins.ts';
import type { Kubernetes, Platform, Pooler } from '../../model/platform.ts';
import { pgbouncerValue } from '../../print/pgbouncer.ts';
import { yamlComment, yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { hashText } from './hash.ts';
import { viewRanges } from './network.ts';
import { viewProxy } from './proxy.ts';

/** pgbouncer with its Service, disruption budget and network policy; null where the spec has none. */
export function renderPooler(platform: Platform, kubernetes: Kubernetes): string | null {
  const { hosting } = platform;
  const { pooler } = kubernetes;
  if (pooler === null || hosting.kind !== 'cloudSql') return null;
  const config = viewConfiguration(platform, pooler);
  return renderTemplate('kubernetes/pooler', 'yaml', {
    config,
    // Another configuration is another name, so that its pods are started anew.
    configName: yamlValue(`pgbouncer-${hashText(renderTemplate('kubernetes/pgbouncer-data', 'yaml', config))}`),
    namespace: yamlValue(pooler.namespace),
    serviceAccount: yamlValue(pooler.serviceAccount),
    login: yamlComment(pooler.databaseUser),
    roles: yamlComment(listRoles(platform, pooler).join(' and ')),
    dsn: yamlComment(poolerDsn(platform, pooler, 'pgstac')),
    clients: yamlValue(pooler.clients),
    replicas: yamlValue(pooler.replicas),
    proxy: viewProxy(platform, kubernetes, hosting, 'iam'),
    databaseRanges: viewRanges(platform, kubernetes),
  });
}

function viewConfiguration(platform: Platform, pooler: Pooler) {
  return {
    port: yamlValue(proxyPort(platform)),
    user: pgbouncerValue(pooler.databaseUser),
    transaction: pooler.mode === 'transaction',
    poolSize: yamlValue(pooler.poolSize),
    maxClients: yamlValue(pooler.maxClients),
  };
}

/** The group roles of its login, e.g. `pgstac_read`. */
function listRoles(platform: Platform, { databaseUser }: Pooler): readonly string[] {
  return (['pgstac', 'ingest'] as const).flatMap((database) =>
    listLogins(platform, database).flatMap(({ name, role }) => (name === databaseUser && role !== null ? [role] : [])),
  );
}
