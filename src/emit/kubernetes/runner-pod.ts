import { ingestDsn, pgstacDsn } from '../../model/dsn.ts';
import type { Kubernetes, Platform } from '../../model/platform.ts';
import { yamlValue } from '../../print/yaml.ts';
import type { View } from '../render.ts';
import type { Runner } from './names.ts';
import { viewProxy } from './proxy.ts';

/** A pod that is Metaflow's workload. */
export function viewRunnerPod(
  platform: Platform,
  kubernetes: Kubernetes,
  { workload, image }: Runner,
  name: string,
  command: readonly string[],
  specName: string,
) {
  const { hosting } = platform;
  return viewPod(platform, {
    name,
    serviceAccount: workload.serviceAccount,
    command,
    dsns: { ingest: ingestDsn(platform, workload), pgstac: pgstacDsn(platform, workload) },
    proxy: hosting.kind === 'cloudSql' ? viewProxy(platform, kubernetes, hosting, 'iam') : null,
    adminPassword: null,
    image,
    specName,
  });
}

interface PodParts {
  readonly name: string;
  readonly serviceAccount: string;
  /** Without `--spec` and `--env`. */
  readonly command: readonly string[];
  readonly dsns: { readonly ingest: string; readonly pgstac: string };
  readonly proxy: View<'yaml'>;
  readonly adminPassword: View<'yaml'>;
  readonly image: string;
  readonly specName: string;
}

export function viewPod(platform: Platform, parts: PodParts) {
  const env = { INGEST_DB_DSN: parts.dsns.ingest, PGSTAC_DSN: parts.dsns.pgstac };
  return {
    name: yamlValue(parts.name),
    serviceAccount: yamlValue(parts.serviceAccount),
    image: yamlValue(parts.image),
    command: viewCommand(platform, parts.command),
    env: Object.entries(env).map(([name, value]) => ({ name: yamlValue(name), value: yamlValue(value) })),
    proxy: parts.proxy,
    adminPassword: parts.adminPassword,
    spec: yamlValue(parts.specName),
    isRun: false,
  };
}

export function viewCommand(platform: Platform, command: readonly string[]) {
  return yamlValue([...command, '--spec', '/etc/platform/platform.yaml', '--env', platform.environment]);
}
