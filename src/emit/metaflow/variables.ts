import { listDsns } from '../../model/dsn.ts';
import type { Kubernetes, Metaflow, Platform, Workload } from '../../model/platform.ts';

/** One line of the env file. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/**
 * What a shell needs before it starts a flow. Those that begin with METAFLOW_ are read by Metaflow's
 * `metaflow_config.py` (its `from_conf("X")` reads METAFLOW_X); the DSNs by the runner. Sorted by name within each kind.
 */
export function listVariables(platform: Platform): readonly Variable[] {
  const workload = chooseWorkload(platform);
  return [
    ...(platform.metaflow === null ? [] : listMetaflowVariables(platform.metaflow, platform.kubernetes, workload)),
    ...(workload === null ? [] : nameEach(listDsns(platform, workload))),
  ];
}

/**
 * What the flows give the command in a pod where nothing else does: the admission policy sets it in the pod itself, the
 * operator sets no variable, and on virtual machines nothing changes the pods.
 */
export function listPodVariables(platform: Platform): readonly Variable[] {
  const { kubernetes, metaflow } = platform;
  const workload = chooseWorkload(platform);
  if (kubernetes === null || metaflow === null || workload === null) return [];
  return kubernetes.injection === 'admissionPolicy' ? [] : nameEach(listDsns(platform, workload));
}

function nameEach(values: Readonly<Record<string, string>>): readonly Variable[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function listMetaflowVariables(
  metaflow: Metaflow,
  kubernetes: Kubernetes | null,
  workload: Workload | null,
): readonly Variable[] {
  const variables = [
    { name: 'METAFLOW_DATASTORE_SYSROOT_GS', value: metaflow.datastore },
    { name: 'METAFLOW_DEFAULT_DATASTORE', value: 'gs' },
    // `service` without its URL is a bare TypeError in Metaflow.
    { name: 'METAFLOW_DEFAULT_METADATA', value: metaflow.service === null ? 'local' : 'service' },
  ];
  if (kubernetes !== null) {
    variables.push({ name: 'METAFLOW_KUBERNETES_CONTAINER_IMAGE', value: metaflow.image }, ...podSize);
    // The workload's own namespace, not Kubernetes.namespace: its service account exists nowhere else.
    if (workload !== null) variables.push(...listIdentity(workload));
  }
  if (metaflow.service !== null) {
    variables.push({ name: 'METAFLOW_SERVICE_INTERNAL_URL', value: metaflow.service });
    variables.push({ name: 'METAFLOW_SERVICE_URL', value: metaflow.service });
  }
  return variables;
}

/**
 * What a task's pod asks for, in MB: as much as the runner's own Jobs may use. Metaflow's defaults, 4 GB and 10 GB of
 * disk, would fill nodes with pods that use a tenth of it.
 */
const podSize: readonly Variable[] = [
  { name: 'METAFLOW_KUBERNETES_DISK', value: '4096' },
  { name: 'METAFLOW_KUBERNETES_MEMORY', value: '2048' },
];

function listIdentity(workload: Workload): readonly Variable[] {
  return [
    { name: 'METAFLOW_KUBERNETES_NAMESPACE', value: workload.namespace },
    { name: 'METAFLOW_KUBERNETES_SERVICE_ACCOUNT', value: workload.serviceAccount },
  ];
}

/**
 * Whose login the DSNs name: Metaflow's workload; without Metaflow the first that may load items, else the first.
 * Null where the platform has none.
 */
function chooseWorkload({ metaflow, workloads }: Platform): Workload | null {
  if (metaflow === null) return workloads.find(({ grants }) => grants.pgstac === 'ingest') ?? workloads[0] ?? null;
  const named = workloads.find(({ name }) => name === metaflow.workload);
  if (named === undefined) throw new Error(`the model names a workload that is not in it: ${metaflow.workload}`);
  return named;
}
