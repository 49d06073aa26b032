import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTemporaryFolder } from './temporary.ts';

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly restartPolicy?: 'Always';
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

/** As much of a Pod as is read here. */
export interface Pod {
  readonly metadata: { readonly name?: string; readonly [key: string]: unknown };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
  };
}

/** What a node has that a pod does not say. */
export interface Node {
  /** The folders of programs that the images bring, for PATH. */
  readonly programs: readonly string[];
  /** What an image runs where its container has no command, by the image's name up to the tag. */
  readonly entrypoints: Readonly<Record<string, string>>;
  /** Where the stand-ins are; nothing else is added to what the pod says. */
  readonly variables: Readonly<Record<string, string>>;
  /** A folder for each volume by its name; the others are empty ones. */
  readonly volumes?: Readonly<Record<string, string>>;
}

export interface Ended {
  /** The exit code, or 128 + the signal's number. */
  readonly code: number;
  /** Both streams, as `kubectl logs` shows them. */
  readonly log: string;
}

export interface RunningContainer {
  readonly container: Container;
  readonly ended: Promise<Ended>;
  log(): string;
  signal(name: NodeJS.Signals): void;
}

/** A pod that runs: its sidecars are up, and its first container has started. */
export interface RunningPod {
  readonly main: RunningContainer;
  /** Each sidecar's process as it is now: one that ends is started again. */
  sidecars(): readonly RunningContainer[];
  /** The end of the first container; then the sidecars' own, which get SIGTERM. */
  readonly ended: Promise<{ readonly main: Ended; readonly sidecars: readonly Ended[] }>;
}

/**
 * Runs a pod as a kubelet does, without a container: init containers one after the other, a native sidecar until its
 * startup probe has its answer and from then on beside the others (started again whenever it ends), then the first
 * container with exactly the pod's environment, and at its end SIGTERM to the sidecars. There are no images, no file
 * systems, users, limits and networks of a pod's own here: all pods share this machine's loopback, so one runs at a time
 * (`withLoopback`).
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export async function startPod(pod: Pod, node: Node): Promise<RunningPod> {
  const folder = makeTemporaryFolder('pod');
  const start = (container: Container) => startContainer(container, pod, node, folder);
  const sidecars: Sidecar[] = [];
  try {
    for (const container of pod.spec.initContainers ?? []) {
      if (container.restartPolicy === 'Always') sidecars.push(await startSidecar(container, start));
      else await runInitContainer(start(container));
    }
  } catch (error) {
    await Promise.all(sidecars.map((sidecar) => sidecar.end()));
    throw error;
  }
  const [first] = pod.spec.containers;
  if (first === undefined) throw new Error('a pod has a container');
  const main = start(first);
  const ended = main.ended.then(async (end) => ({
    main: end,
    sidecars: await Promise.all(sidecars.map((sidecar) => sidecar.end())),
  }));
  return { main, sidecars: () => sidecars.map((sidecar) => sidecar.current()), ended };
}

async function runInitContainer(running: RunningContainer): Promise<void> {
  const { code, log } = await running.ended;
  if (code !== 0) throw new Error(`init container ${running.container.name}: exit ${code}\n${log}`);
}

interface Sidecar {
  current(): RunningContainer;
  end(): Promise<Ended>;
}

async function startSidecar(container: Container, start: (one: Container) => RunningContainer): Promise<Sidecar> {
  let running = start(container);
  let ending = false;
  const again = () => {
    if (ending) return;
    running = start(container);
    running.ended.then(again);
  };
  running.ended.then(again);
  const end = () => {
    ending = true;
    running.signal('SIGTERM');
    return running.ended;
  };
  if (container.startupProbe !== undefined && !(await passes(container.startupProbe))) {
    await end();
    throw new Error(`${container.name} did not start\n${running.log()}`);
  }
  return { current: () => running, end };
}

async function passes(probe: Probe): Promise<boolean> {
  for (let failures = 0; failures < probe.failureThreshold; failures++) {
    if ((await askProbe(probe)) === 200) return true;
    await sleep(probe.periodSeconds * 1000);
  }
  return false;
}

/** The status that a probe gets where a kubelet would ask; null where nobody answers. */
export async function askProbe({ httpGet: { path, port }, timeoutSeconds }: Probe): Promise<number | null> {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal }).catch(() => null);
  await response?.body?.cancel();
  return response?.status ?? null;
}

function startContainer(container: Container, pod: Pod, node: Node, folder: string): RunningContainer {
  const mount = mountVolumes(container, node, folder);
  const entrypoint = node.entrypoints[container.image.replace(/:[^:/]*$/, '')];
  const words = [...(container.command ?? (entrypoint === undefined ? [] : [entrypoint])), ...(container.args ?? [])];
  const own = Object.fromEntries(
    (container.env ?? []).map((variable) => [variable.name, mount(readVariable(variable, pod))]),
  );
  // Kubernetes writes a container's own variables into its command, and leaves what it does not know.
  const expand = (word: string) => word.replace(/\$\((\w+)\)/g, (all, name: string) => own[name] ?? all);
  const [program, ...args] = words.map(mount).map(expand);
  if (program === undefined)
    throw new Error(`${container.name}: no command, and its image ${container.image} has none`);
  const env = {
    PATH: [...node.programs, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: folder,
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    ...node.variables,
    ...own,
  };
  const cwd = join(folder, container.name);
  mkdirSync(cwd, { recursive: true });
  // The kernel ends it with this process, however that dies: a proxy left behind would hold the port.
  const command = ['--pdeathsig', 'KILL', program, ...args];
  return watch(container, spawn('setpriv', command, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true }));
}

/** Nothing is mounted: where a word names a path within a volume, the volume's folder takes the mount path's place. */
function mountVolumes(container: Container, node: Node, folder: string): (word: string) => string {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath }) => {
    const place = node.volumes?.[name] ?? join(folder, 'volumes', name);
    mkdirSync(place, { recursive: true });
    return { mountPath, place };
  });
  return (word) => {
    const mount = mounts.find(({ mountPath }) => word === mountPath || word.startsWith(`${mountPath}/`));
    return mount === undefined ? word : mount.place + word.slice(mount.mountPath.length);
  };
}

function readVariable({ value, valueFrom }: EnvironmentVariable, pod: Pod): string {
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return value ?? '';
  const [, parent = '', key] = /^(.*)\['(.*)'\]$/.exec(path) ?? [];
  const keys = key === undefined ? path.split('.') : [...parent.split('.'), key];
  return String(keys.reduce<unknown>((at, one) => (at as Record<string, unknown> | undefined)?.[one], pod) ?? '');
}

function watch(container: Container, child: ChildProcess): RunningContainer {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('error', (error) => resolve({ code: 127, log: `${log}${error.message}` }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), log }),
    );
  });
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
  };
  return { container, ended, log: () => log, signal };
}
