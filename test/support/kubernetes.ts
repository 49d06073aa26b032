import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { projectRoot } from './root.ts';
import { type RunOptions, type RunResult, runOrThrow, runProcess } from './run.ts';

const tool = join(projectRoot, 'tools/kubernetes-check');

/** Someone who may log in besides the administrator; what they may do, RBAC says. */
export interface ClusterUser {
  readonly name: string;
  readonly groups?: readonly string[];
}

export interface KubectlOptions extends Pick<RunOptions, 'input' | 'cwd' | 'timeout'> {
  /** One of the cluster's users, or a `system:serviceaccount:NAMESPACE:NAME`; left out, the administrator. */
  readonly as?: string;
}

export interface Cluster {
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Full path of the kubectl of the server's own version. */
  readonly kubectlPath: string;
  /** Runs kubectl to a success, and gives what it wrote to stdout. Another exit code rejects, with all it wrote. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** The same where a failure is an answer. */
  tryKubectl(args: readonly string[], options?: KubectlOptions): Promise<RunResult>;
  /** The path of a kubeconfig by which one of the users logs in, for another client than kubectl. */
  kubeconfigOf(user: string): Promise<string>;
  /** Ends the cluster and removes its folder. Happens by itself at the end of the test file. */
  stop(): Promise<void>;
}

const running = new Set<Cluster>();

afterAll(async () => {
  await Promise.all([...running].map((cluster) => cluster.stop()));
});

/**
 * A Kubernetes cluster of the caller's own, without nodes: a real kube-apiserver, etcd and controllers, on loopback
 * (tools/kubernetes-check says what that sees). Takes about ten seconds; the first on a machine builds it, so allow the
 * hook a quarter of an hour. The suite needs `etcd` and `go`.
 */
export async function startCluster(users: readonly ClusterUser[] = []): Promise<Cluster> {
  const programs = (await runOrThrow(join(tool, 'setup'), [], { timeout: 850_000 })).stdout.trim();
  const folder = await mkdtemp(join(tmpdir(), 'platform-kubernetes-'));
  await writeFile(join(folder, 'users.csv'), users.map(writeUser).join(''), { mode: 0o600 });
  const server = serve(folder);
  try {
    const cluster = describeCluster(join(programs, 'kubectl'), await readKubeconfigPath(server), server);
    running.add(cluster);
    return cluster;
  } catch (error) {
    await endServer(server);
    throw error;
  }
}

/** The token is no secret: it is this server's alone, which listens on loopback and holds nothing. */
function tokenOf(user: string): string {
  return `token-of-${Buffer.from(user).toString('hex')}`;
}

function writeUser({ name, groups = [] }: ClusterUser): string {
  return `${tokenOf(name)},${name},${name},"${groups.join(',')}"\n`;
}

/**
 * It ends with its input, and the kernel closes that pipe however we die, a killed Jest worker included: nothing is
 * ever left behind.
 */
function serve(folder: string): ChildProcess {
  const script = '"$1/serve" "$2"; rm -rf "$2"';
  return spawn('sh', ['-c', script, 'serve', tool, folder], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
}

async function readKubeconfigPath({ stdout, stderr }: ChildProcess): Promise<string> {
  let said = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let printed = '';
  for await (const text of stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    printed += text;
    if (printed.endsWith('\n')) return printed.trim();
  }
  throw new Error(`the cluster did not start\n${said}`);
}

async function endServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, 'exit');
  server.stdin?.end();
  await ended;
}

function describeCluster(kubectlPath: string, kubeconfig: string, server: ChildProcess): Cluster {
  const folder = dirname(kubeconfig);
  const kubeconfigOf = async (user: string) => {
    const path = join(folder, `kubeconfig-${Buffer.from(user).toString('hex')}`);
    const text = (await readFile(kubeconfig, 'utf8')).replace(/token: "[^"]*"/, `token: "${tokenOf(user)}"`);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  /** A service account has no lasting token to log in by, so the administrator acts as it. */
  const logIn = async (as: string | undefined) => {
    if (as === undefined) return [`--kubeconfig=${kubeconfig}`];
    if (as.startsWith('system:serviceaccount:')) return [`--kubeconfig=${kubeconfig}`, `--as=${as}`];
    return [`--kubeconfig=${await kubeconfigOf(as)}`];
  };
  const tryKubectl = async (args: readonly string[], { as, ...options }: KubectlOptions = {}) =>
    runProcess(kubectlPath, [...(await logIn(as)), `--cache-dir=${join(folder, 'cache')}`, ...args], options);
  const cluster: Cluster = {
    kubeconfig,
    kubectlPath,
    tryKubectl,
    kubectl: async (args, options) => {
      const { code, stdout, stderr } = await tryKubectl(args, options);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`);
      return stdout;
    },
    kubeconfigOf,
    stop: async () => {
      running.delete(cluster);
      await endServer(server);
    },
  };
  return cluster;
}
