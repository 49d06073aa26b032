import { adminDsn } from '../../model/dsn.ts';
import type { Kubernetes, Platform } from '../../model/platform.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { hashText } from './hash.ts';
import { findRunner } from './names.ts';
import { viewProxy } from './proxy.ts';
import { viewPod, viewRunnerPod } from './runner-pod.ts';

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
  return renderJob('database-init', 'database-init', kubernetes.namespace, pod);
}

/** The runner takes a password from PGPASSWORD, as psql does: it is in no manifest and only in this process. */
const withPassword = [
  'sh',
  '-c',
  // Not $(cat …), which looks like a variable that Kubernetes would put in.
  'IFS= read -r PGPASSWORD < "$PASSWORD_FILE"; export PGPASSWORD; exec "$@"',
  'sh',
];

/** Says, as Metaflow's workload and by its way in, whether both databases are reached and whole; null without Metaflow. */
export function renderSmoke(platform: Platform, kubernetes: Kubernetes, specName: string): string | null {
  const runner = findRunner(platform);
  if (runner === null) return null;
  const pod = viewRunnerPod(platform, kubernetes, runner, 'smoke', ['platform', 'verify'], specName);
  return renderJob('smoke', 'platform-smoke', runner.workload.namespace, pod);
}

/** A Job that runs once. Its template cannot change, so its name ends in a hash of it. */
function renderJob(
  template: 'database-init' | 'smoke',
  name: string,
  namespace: string,
  pod: ReturnType<typeof viewPod>,
): string {
  const hash = hashText(renderTemplate(`kubernetes/${template}-spec`, 'yaml', { pod }));
  return renderTemplate(`kubernetes/${template}`, 'yaml', {
    name: yamlValue(`${name}-${hash}`),
    namespace: yamlValue(namespace),
    spec: { pod },
  });
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
