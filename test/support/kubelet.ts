import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './kubernetes.ts';
import { withLoopback } from './loopback.ts';
import { type Node, type Pod, type RunningPod, startPod } from './pod.ts';

/** A pod as the API server has it. */
export interface ApiPod extends Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly status: { readonly phase: string };
}

export interface Kubelet {
  /** Every pod that ran or runs here, as it was admitted, in the order they began. */
  readonly pods: readonly ApiPod[];
  /** Awaited when a pod has begun; it may do something to it. */
  whileRunning: (pod: ApiPod, running: RunningPod) => Promise<void>;
  /** What the pods' processes said, pod after pod. */
  log(): string;
  stop(): Promise<void>;
}

export interface KubeletOptions {
  /** Only pods with these labels are run, e.g. `app=web`; the others wait for ever. */
  readonly selector: string;
  /** What the node has for a pod whose Kubernetes service account is bound to this Google account. */
  readonly nodeOf: (account: string) => Promise<Node>;
}

/**
 * The node that a cluster of `startCluster` has not: takes each new pod, runs it on this machine (`startPod` says what of
 * a real node is missing), and writes its status back, by which the controllers and the pod's owner go on. One at a time.
 */
export async function startKubelet(cluster: Cluster, { selector, nodeOf }: KubeletOptions): Promise<Kubelet> {
  const api = await openApi(cluster);
  const pods: ApiPod[] = [];
  const said: string[] = [];
  let stopped = false;
  const kubelet = { pods, whileRunning: async () => {}, log: () => said.join('') } as Omit<Kubelet, 'stop'>;
  const run = async (pod: ApiPod) => {
    const node = await nodeOf(await findGoogleAccount(api, pod));
    await withLoopback(async () => {
      const running = await startPod(pod, node);
      await api.patchStatus(pod, { phase: 'Running', containerStatuses: [describe(pod, { running: {} })] });
      await kubelet.whileRunning(pod, running);
      const { main, sidecars } = await running.ended;
      said.push(`--- ${pod.metadata.name}: exit ${main.code}\n`, main.log, ...sidecars.map(({ log }) => log));
      await api.patchStatus(pod, endedStatus(pod, main.code));
    });
  };
  const loop = async () => {
    while (!stopped) {
      const waiting = (await api.listPods(selector)).find(
        ({ metadata, status }) => status.phase === 'Pending' && !pods.some((pod) => pod.metadata.uid === metadata.uid),
      );
      if (waiting === undefined) await sleep(250);
      else {
        pods.push(waiting);
        await run(waiting).catch(async (error) => {
          said.push(`--- ${waiting.metadata.name}: ${String(error)}\n`);
          await api.patchStatus(waiting, endedStatus(waiting, 1));
        });
      }
    }
  };
  const looping = loop();
  looping.catch(() => {}); // told to who stops it
  const stop = async () => {
    stopped = true;
    await looping.finally(() => api.close());
  };
  return Object.assign(kubelet, { stop });
}

/** The annotation by which Workload Identity knows whose tokens a pod gets. */
async function findGoogleAccount(api: Api, { metadata, spec }: ApiPod): Promise<string> {
  const path = `/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${spec.serviceAccountName}`;
  const { metadata: account } = (await api.get(path)) as { metadata: { annotations?: Record<string, string> } };
  return account.annotations?.['iam.gke.io/gcp-service-account'] ?? 'nobody';
}

function describe(pod: ApiPod, state: object, name = pod.spec.containers[0]?.name) {
  return { name, image: 'local', imageID: '', ready: false, restartCount: 0, state };
}

function endedStatus(pod: ApiPod, exitCode: number): object {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: now, finishedAt: now };
  return {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [describe(pod, { terminated })],
  };
}

interface Api {
  get(path: string): Promise<unknown>;
  listPods(selector: string): Promise<readonly ApiPod[]>;
  patchStatus(pod: ApiPod, status: object): Promise<void>;
  close(): void;
}

/** The API server by plain HTTP, through `kubectl proxy` with the administrator's login. */
async function openApi({ kubectlPath, kubeconfig }: Cluster): Promise<Api> {
  const proxy = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', kubectlPath, `--kubeconfig=${kubeconfig}`, 'proxy', '--port=0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  for await (const text of proxy.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.includes('\n')) break;
  }
  const origin = `http://${/127\.0\.0\.1:\d+/.exec(said)?.[0]}`;
  const ask = async (path: string, options: RequestInit = {}) => {
    const response = await fetch(origin + path, options);
    if (!response.ok)
      throw new Error(`${options.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as unknown;
  };
  return {
    get: (path) => ask(path),
    listPods: async (selector) =>
      ((await ask(`/api/v1/pods?labelSelector=${encodeURIComponent(selector)}`)) as { items: readonly ApiPod[] }).items,
    patchStatus: async ({ metadata: { namespace, name } }, status) => {
      const headers = { 'content-type': 'application/merge-patch+json' };
      const body = JSON.stringify({ status });
      await ask(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { method: 'PATCH', headers, body });
    },
    close: () => proxy.kill(),
  };
}
