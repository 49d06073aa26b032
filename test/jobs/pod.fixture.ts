import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubernetesTarget } from '../../src/emit/kubernetes.ts';
import { at, parseManifests } from '../emit/kubernetes.read.ts';
import { cleanEnvironment } from '../support/cli.ts';
import { withHosts } from '../support/hosts.ts';
import { resolveText } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** What stands around a pod. */
export interface Node {
  /** The text that the manifests were compiled from: what their ConfigMap holds. */
  readonly spec: string;
  /** Added to each container's environment, as the image and the node do. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders of programs that the image has. */
  readonly path: readonly string[];
  /** Lines of /etc/hosts. */
  readonly hosts: readonly string[];
  /** Who logs in in place of the admin that the DSNs name. */
  readonly admin?: string;
}

export interface ContainerResult extends RunResult {
  readonly name: string;
}

/**
 * The containers of a manifest's pod in its order, each as a process with its own command and environment; but not the
 * sidecar, in whose place the server listens on the proxy's port. Ends with the first that fails, as a pod does.
 */
export async function runPod(node: Node, file: string): Promise<readonly ContainerResult[]> {
  const manifests = kubernetesTarget.emit(resolveText(node.spec), { specText: node.spec });
  const text = manifests.find(({ path }) => path.endsWith(`/${file}`))?.text ?? '';
  const pod = at(parseManifests(text)[0], 'spec', 'template', 'spec');
  const containers = [...list(pod, 'initContainers'), ...list(pod, 'containers')] as readonly Container[];
  const mounts = makeMounts(node.spec);
  const results: ContainerResult[] = [];
  for (const container of containers) {
    if (container.name === 'cloudsql-auth-proxy') continue;
    const result = await runContainer(node, mounts, container);
    results.push({ name: container.name, ...result });
    if (result.code !== 0) break;
  }
  return results;
}

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

function list(pod: unknown, key: string): readonly unknown[] {
  return (at(pod, key) as readonly unknown[] | undefined) ?? [];
}

/** Where the pod's volumes are on this machine, by where the pod has them. */
function makeMounts(spec: string): readonly (readonly [string, string])[] {
  const folder = makeTemporaryFolder('pod');
  const mounts = ['/etc/platform', '/run/password'].map((path) => [path, join(folder, path)] as const);
  for (const [, path] of mounts) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'etc/platform/platform.yaml'), spec);
  return mounts;
}

async function runContainer(
  node: Node,
  mounts: ReturnType<typeof makeMounts>,
  container: Container,
): Promise<RunResult> {
  const move = (text: string) => mounts.reduce((moved, [from, to]) => moved.replaceAll(from, to), text);
  const own = Object.fromEntries(
    container.env.map(({ name, value }) => [
      name,
      move(value.replace('platform_admin', node.admin ?? 'platform_admin')),
    ]),
  );
  const path = [...node.path, makeProgram(), process.env['PATH'] ?? ''].join(':');
  const home = makeTemporaryFolder('home');
  const env = { ...cleanEnvironment(), ...node.environment, ...own, HOME: home, XDG_CACHE_HOME: undefined, PATH: path };
  const [program, args] = withHosts(node.hosts, container.command.map(move));
  return await runProcess(program, args, { env, cwd: home });
}

/** A folder with the command `platform`, as the image has it. */
function makeProgram(): string {
  const program = join(makeTemporaryFolder('bin'), 'platform');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(projectRoot, 'dist/cli/main.js')}' "$@"\n`, {
    mode: 0o755,
  });
  return dirname(program);
}
