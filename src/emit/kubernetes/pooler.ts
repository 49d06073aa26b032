import { proxyPort } from '../../model/dsn.ts';
import type { Kubernetes, Platform } from '../../model/platform.ts';
import { pgbouncerValue } from '../../print/pgbouncer.ts';
import { yamlComment, yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { hashText } from './hash.ts';
import { findRunner } from './names.ts';
import { viewRanges } from './network.ts';
import { viewProxy } from './proxy.ts';

/** pgbouncer with its Service, disruption budget and network policy; null where the spec has none. */
export function renderPooler(platform: Platform, kubernetes: Kubernetes): string | null {
  const { hosting } = platform;
  const runner = findRunner(platform);
  const { pooler } = kubernetes;
  if (pooler === null || runner === null || hosting.kind !== 'cloudSql') return null;
  const { workload } = runner;
  if (workload.databaseUser === null) throw new Error(`workload ${workload.name} has no login on Cloud SQL`);
  const config = {
    port: yamlValue(proxyPort(platform)),
    user: pgbouncerValue(workload.databaseUser),
    transaction: pooler.mode === 'transaction',
    poolSize: yamlValue(pooler.poolSize),
    maxClients: yamlValue(pooler.maxClients),
  };
  return renderTemplate('kubernetes/pooler', 'yaml', {
    config,
    // Another configuration is another name, so that its pods are started anew.
    configName: yamlValue(`pgbouncer-${hashText(renderTemplate('kubernetes/pgbouncer-ini', 'yaml', config))}`),
    namespace: yamlValue(workload.namespace),
    serviceAccount: yamlValue(workload.serviceAccount),
    login: yamlComment(workload.databaseUser),
    replicas: yamlValue(pooler.replicas),
    proxy: viewProxy(platform, kubernetes, hosting, 'iam'),
    databaseRanges: viewRanges(platform, kubernetes),
  });
}
