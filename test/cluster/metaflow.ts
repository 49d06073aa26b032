import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { metaflowTarget } from '../../src/emit/metaflow.ts';
import { emitManifests, type Parts, resolveParts, writeSpec } from '../emit/kubernetes.platforms.ts';
import type { Cluster } from '../support/kubernetes.ts';
import { metaflow, type PythonTool, pythonTool } from '../support/python.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** Metaflow's client launches a task as this user, or also takes it back; `stdout` is the Job's name. */
export type MetaflowClient = (action: 'launch' | 'kill', user: string) => Promise<RunResult>;

/** Metaflow itself, with the environment file that is compiled for a platform. */
export async function startMetaflow(cluster: Cluster, parts: Parts): Promise<MetaflowClient> {
  const { python }: PythonTool = await pythonTool(metaflow);
  const home = makeTemporaryFolder('metaflow');
  const variables = readVariables(parts);
  return async (action, user) =>
    runProcess(python, [join(import.meta.dirname, 'launch_task.py'), action, 'start'], {
      cwd: home,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        METAFLOW_USER: 'ana',
        KUBECONFIG: await cluster.kubeconfigOf(user),
        ...variables,
      },
    });
}

/** configs/metaflow_gcp.yaml. */
function readVariables(parts: Parts): Readonly<Record<string, string>> {
  const artifacts = metaflowTarget.emit(resolveParts(parts), { specText: writeSpec(parts) });
  const text = artifacts.find(({ path }) => path === 'configs/metaflow_gcp.yaml')?.text ?? '';
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** Applies what a platform compiles to, as the README does. */
export async function applyPlatform({ kubectl }: Cluster, parts: Parts): Promise<void> {
  const root = makeTemporaryFolder('platform');
  for (const { path, text } of emitManifests(parts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  await kubectl(['apply', `--kustomize=${join(root, 'terraform/kubernetes')}`]);
}
