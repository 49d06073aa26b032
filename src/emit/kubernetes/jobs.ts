import { adminDsn, ingestDsn, pgstacDsn } from '../../model/dsn.ts';
import type { Kubernetes, Platform } from '../../model/platform.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate, type View } from '../render.ts';
import { hashText } from './hash.ts';
import { findRunner, markEnds, type Runner } from './names.ts';
import { viewProxy } from './proxy.ts';

/** The name of the ConfigMap that holds the spec: another spec is another one, so that no pod reads a half of each. */
export function nameSpec(specText: string): string {
  return `platform-spec-${hashText(specText)}`;
}

/** The spec in each namespace that has a pod which reads it; null where none does. */
export function renderSpec(
  platform: Platform,
  kubernetes: Kubernetes,
  specName: string,
  specText: string,
): string | null {
  const text = yamlValue(specText);
  const namespaces = listReaders(platform, kubernetes).map((namespace) => ({
    name: yamlValue(specName),
    namespace: yamlValue(namespace),
    text,
  }));
  if (namespaces.length === 0) return null;
  return renderTemplate('kubernetes/spec', 'yaml', { namespaces: markEnds(namespaces) });
}

/** The init Job's namespace, and that of ingestion and of the example task. */
function listReaders(platform: Platform, kubernetes: Kubernetes): readonly string[] {
  const { hosting, pipelines } = platform;
  const runner = findRunner(platform);
  if (runner === null) return [];
  const cloudSql = hosting.kind === 'cloudSql';
  const readers = [
    ...(cloudSql && hosting.initAccount !== null ? [kubernetes.namespace] : []),
    ...(cloudSql || pipelines.some(({ schedule }) => schedule !== null) ? [runner.workload.namespace] : []),
  ];
  return [...new Set(readers)].sort();
}

/** Makes roles, pgSTAC and tables as the admin; null where Terraform or the servers' own scripts do, or without a runner. */
export function renderDatabaseInit(platform: Platform, kubernetes: Kubernetes, specName: string): string | null {
  const { hosting } = platform;
  const runner = findRunner(platform);
  if (runner === null || hosting.kind !== 'cloudSql' || hosting.initAccount === null) return null;
  const adminSecret = `projects/${platform.gcp.project}/secrets/${hosting.adminSecret}/versions/latest`;
  const pod = viewPod(platform, {
    name: 'database-init',
    serviceAccount: kubernetes.initServiceAccount,
    command: [...withPassword, 'platform', 'db', 'init'],
    dsns: { ingest: adminDsn(platform, hosting, 'ingest'), pgstac: adminDsn(platform, hosting, 'pgstac') },
    proxy: viewProxy(platform, kubernetes, hosting, 'password'),
    adminPassword: { image: yamlValue(runner.image), secret: yamlValue(adminSecret) },
    image: runner.image,
    specName,
  });
  const hash = hashText(renderTemplate('kubernetes/database-init-spec', 'yaml', { pod }));
  return renderTemplate('kubernetes/database-init', 'yaml', {
    name: yamlValue(`database-init-${hash}`),
    namespace: yamlValue(kubernetes.namespace),
    spec: { pod },
  });
}

/** The runner takes a password from PGPASSWORD, as psql does: it is in no manifest and only in this process. */
const withPassword = [
  'sh',
  '-c',
  // Not $(cat …), which looks like a variable that Kubernetes would put in.
  'IFS= read -r PGPASSWORD < "$PASSWORD_FILE"; export PGPASSWORD; exec "$@"',
  'sh',
];

/** A manifest for each pipeline with a schedule, which runs it; none without a runner. */
export function renderIngestions(platform: Platform, kubernetes: Kubernetes, specName: string): readonly Ingestion[] {
  const runner = findRunner(platform);
  if (runner === null) return [];
  const namespace = yamlValue(runner.workload.namespace);
  // Said once: pods differ by their commands alone.
  const pod = viewRunnerPod(platform, kubernetes, runner, 'ingest', [], specName);
  return platform.pipelines.flatMap(({ name, schedule }) => {
    if (schedule === null) return [];
    const text = renderTemplate('kubernetes/ingestion', 'yaml', {
      name: yamlValue(`ingest-${name}`),
      namespace,
      schedule: yamlValue(schedule),
      pod: { ...pod, command: viewCommand(platform, ['platform', 'ingest', name]) },
    });
    return [{ pipeline: name, text }];
  });
}

export interface Ingestion {
  readonly pipeline: string;
  readonly text: string;
}

/** A Metaflow task's pod with the sidecar written out; null where pods have no proxy, or without Metaflow. */
export function renderExampleTask(platform: Platform, kubernetes: Kubernetes, specName: string): string | null {
  const runner = findRunner(platform);
  if (runner === null || platform.hosting.kind !== 'cloudSql') return null;
  return renderTemplate('kubernetes/example-task', 'yaml', {
    namespace: yamlValue(runner.workload.namespace),
    pod: viewRunnerPod(platform, kubernetes, runner, 'task', ['platform', 'verify'], specName),
  });
}

/** A pod that is Metaflow's workload. */
function viewRunnerPod(
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

function viewPod(platform: Platform, parts: PodParts) {
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
  };
}

function viewCommand(platform: Platform, command: readonly string[]) {
  return yamlValue([...command, '--spec', '/etc/platform/platform.yaml', '--env', platform.environment]);
}
