import type { Diagnostic, Outcome } from '../diagnostic/diagnostic.ts';
import { orderDiagnostics } from '../diagnostic/order.ts';
import type { PlatformSpec } from '../spec/schema.ts';
import type { ValidSpec } from '../spec/validate.ts';
import { derivePrefix, initServiceAccount, kubernetesNamespace } from './names.ts';
import type { Kubernetes, Label, Metaflow, Platform } from './platform.ts';
import { privateRanges } from './reach.ts';
import { resolvePeople, resolveWorkloads } from './resolve-access.ts';
import { resolveHosting } from './resolve-hosting.ts';
import { resolvePipelines } from './resolve-pipelines.ts';
import { resolvePooler } from './resolve-pooler.ts';
import { checkRules } from './rules/rules.ts';
import { freezeDeep, sortByName, toSettings } from './values.ts';

/**
 * The platform of one environment: defaults filled in, names derived, rules checked. Its mistakes carry the place of
 * the line that caused them. Throws where `environment` is not one of the spec's.
 */
export function resolvePlatform(spec: ValidSpec, environment: string): Outcome<Platform> {
  const found = spec.environments.find(({ name }) => name === environment);
  if (found === undefined) throw new RangeError(`the spec has no environment ${environment}`);
  const mistakes: readonly Diagnostic[] = checkRules({ value: found.value, root: found.node });
  const errors = mistakes.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { ok: false, diagnostics: orderDiagnostics(mistakes) };
  const platform = derivePlatform(found.value, environment, spec.named);
  return { ok: true, value: freezeDeep(platform), warnings: orderDiagnostics(mistakes) };
}

/**
 * The platform that a spec of the right shape describes, whether or not the rules would let it pass: total, so that the
 * trace can ask what a value makes by writing others in its place.
 */
export function derivePlatform(spec: PlatformSpec, environment: string, named: boolean): Platform {
  const prefix = derivePrefix(spec.name, environment, named);
  const metaflow = resolveMetaflow(spec);
  const kubernetes = resolveKubernetes(spec, prefix);
  return {
    modelVersion: 1,
    name: spec.name,
    environment,
    prefix,
    labels: resolveLabels(spec, environment),
    gcp: resolveGoogleCloud(spec),
    hosting: resolveHosting(spec, prefix),
    databases: resolveDatabases(spec),
    workloads: resolveWorkloads(spec, prefix, metaflow),
    people: resolvePeople(spec),
    bastion: resolveBastion(spec, prefix),
    kubernetes,
    metaflow,
    pipelines: resolvePipelines(spec),
    acknowledgements: (spec.acknowledgements ?? []).map(({ field = null, ...rest }) => ({ ...rest, field })),
  };
}

function resolveLabels(spec: PlatformSpec, environment: string): readonly Label[] {
  const labels = { ...spec.labels, platform: spec.name, environment };
  return sortByName(
    Object.entries(labels).map(([key, value]) => ({ key, value })),
    (label) => label.key,
  );
}

function resolveGoogleCloud(spec: PlatformSpec): Platform['gcp'] {
  const { project, region, network, terraformState } = spec.gcp;
  const state = terraformState === undefined ? null : /^gs:\/\/([^/]+)\/?(.*?)\/?$/.exec(terraformState);
  return {
    project,
    region,
    network,
    terraformState: state === null ? null : { bucket: state[1] ?? '', prefix: state[2] ?? '' },
  };
}

function resolveDatabases(spec: PlatformSpec): Platform['databases'] {
  const pgstac = spec.databases?.pgstac ?? {};
  const extensions = new Set(['postgis', 'btree_gist', 'unaccent', ...(pgstac.extensions ?? [])]);
  return {
    ingest: { name: 'ingest', retentionDays: spec.databases?.ingest?.retentionDays ?? null },
    pgstac: {
      name: 'pgstac',
      version: pgstac.pgstac ?? '0.9.11',
      source: pgstac.source ?? null,
      extensions: [...extensions].sort(),
      compression: pgstac.compression ?? 'pglz',
      settings: toSettings(pgstac.settings ?? {}),
    },
  };
}

function resolveBastion(spec: PlatformSpec, prefix: string): Platform['bastion'] {
  const bastion = spec.access?.bastion;
  if (bastion === undefined) return null;
  return {
    machine: `${prefix}-bastion`,
    zone: bastion.zone,
    machineType: bastion.machineType ?? 'e2-micro',
    subnetwork: bastion.subnetwork ?? null,
    encryptionKey: bastion.encryptionKey ?? null,
    ranges: [...(spec.kubernetes?.databaseRanges ?? privateRanges)].sort(),
  };
}

function resolveKubernetes(spec: PlatformSpec, prefix: string): Kubernetes | null {
  const kubernetes = spec.kubernetes;
  if (kubernetes === undefined) return null;
  const [major = 1, minor = 0] = kubernetes.version.split('.').map(Number);
  const cloudSql = spec.hosting.cloudSql !== undefined;
  return {
    version: { major, minor },
    namespace: kubernetesNamespace(spec),
    injection: !cloudSql ? 'none' : minor >= 36 ? 'admissionPolicy' : 'operator',
    proxy: {
      port: kubernetes.proxy?.port ?? 5432,
      privateIp: kubernetes.proxy?.privateIp ?? true,
      image: kubernetes.proxy?.image ?? 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.27.0',
    },
    pooler: resolvePooler(spec, prefix),
    quota: resolveQuota(kubernetes.quota),
    initServiceAccount,
    databaseRanges: kubernetes.databaseRanges ?? privateRanges,
  };
}

function resolveQuota(quota: NonNullable<PlatformSpec['kubernetes']>['quota']): Kubernetes['quota'] {
  if (quota === undefined) return null;
  return { pods: quota.pods ?? null, cpu: quota.cpu ?? null, memory: quota.memory ?? null };
}

function resolveMetaflow(spec: PlatformSpec): Metaflow | null {
  const metaflow = spec.metaflow;
  if (metaflow === undefined) return null;
  // The rules hold that this names a workload, and that there is just one where it names none.
  const workload = metaflow.workload ?? Object.keys(spec.access?.workloads ?? {})[0] ?? '';
  return {
    workload,
    datastore: metaflow.datastore.replace(/\/$/, ''),
    service: metaflow.service ?? null,
    image: metaflow.image,
  };
}
