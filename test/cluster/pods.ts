import { setTimeout as sleep } from 'node:timers/promises';
import { at, type Manifest, podOf } from '../emit/kubernetes.read.ts';
import type { Cluster } from '../support/kubernetes.ts';

/** A pod as the server has it, or would have it. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
  };
}

export interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** What differs from a pod as Metaflow makes it. */
export interface ProbeParts {
  readonly namespace?: string;
  readonly serviceAccountName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly initContainers?: readonly Container[];
  readonly containers?: readonly Container[];
}

export const taskLabels = { 'app.kubernetes.io/name': 'metaflow-task', 'app.kubernetes.io/part-of': 'metaflow' };

/** A pod of the least that tells it from others. */
export function makeProbe(parts: ProbeParts = {}): Manifest {
  const { namespace = 'metaflow', serviceAccountName = 'metaflow-task', labels = taskLabels } = parts;
  // As Metaflow asks for them: a quota refuses pods that ask for nothing.
  const resources = { requests: { cpu: '1', memory: '4096M' } };
  const withImage = (container: Container) => ({ image: 'runner:1', resources, ...container });
  const { initContainers = [], containers = [{ name: 'start' }] } = parts;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', namespace, labels },
    spec: {
      serviceAccountName,
      restartPolicy: 'Never',
      ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(withImage) }),
      containers: containers.map(withImage),
    },
  };
}

/** The pod that the server would make of it now, admission included; nothing is left behind. */
export async function dryRunPod({ kubectl }: Cluster, pod: Manifest): Promise<Pod> {
  const args = ['create', '--dry-run=server', '--output=json', '--filename=-'];
  return JSON.parse(await kubectl(args, { input: JSON.stringify(pod) })) as Pod;
}

/** A policy takes some seconds to be in force: the first answer that is as wanted, or the last one. */
export async function eventually<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer) || Date.now() > until) return answer;
    await sleep(300);
  }
}

/** A workload's pod by itself, which PodSecurity judges: of a workload it only warns. */
export function barePodOf(manifest: Manifest, name: string): Manifest | null {
  const template = at(manifest, 'spec', 'jobTemplate', 'spec', 'template') ?? at(manifest, 'spec', 'template');
  if (template === undefined) return null;
  const metadata = {
    name,
    namespace: at(manifest, 'metadata', 'namespace'),
    labels: at(template, 'metadata', 'labels') ?? {},
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: podOf(manifest) };
}

/** Whether the sidecar is there, and before whatever else the pod begins with. */
export function isGivenProxy(pod: Pod): boolean {
  return pod.spec.initContainers?.[0]?.name === 'cloudsql-auth-proxy';
}
