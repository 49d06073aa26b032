import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Platform } from '../../src/model/platform.ts';
import { runCli } from '../support/cli.ts';
import { cloudSqlProxy, goTool } from '../support/go.ts';
import type { Node, Pod } from '../support/pod.ts';
import { resolveText } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** A platform that was compiled in a folder of its own, as a user does. */
export interface Project {
  /** `generated/default`, from where the user guide's commands are run. */
  readonly folder: string;
  readonly platform: Platform;
  /** The pod of the first manifest in a file of `terraform/kubernetes/`, whatever kind of object it stands in. */
  readPod(file: string): Promise<Pod>;
}

/** A platform on Cloud SQL that is filled from a STAC API, and ana@example.org, who may start its flows. */
export function writeSpec(stacApi: string, collection: string, shards?: number): string {
  return [
    'apiVersion: platform/v1',
    'name: alps',
    'gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }',
    'hosting: { cloudSql: {} }',
    'access:',
    '  workloads:',
    '    metaflow-task: { namespace: metaflow, serviceAccount: metaflow-task, grants: { pgstac: ingest, ingest: write } }',
    '  people: [{ member: "user:ana@example.org", grants: { pgstac: ingest, ingest: write } }]',
    'kubernetes: { version: "1.36" }',
    'metaflow: { datastore: gs://acme-metaflow/flows, image: europe-docker.pkg.dev/acme-earth/platform/runner:1.0.0 }',
    'pipelines:',
    '  scenes:',
    `    source: { stacApi: { url: "${stacApi}", collections: [${collection}] } }`,
    '    schedule: "0 3 * * *"',
    ...(shards === undefined ? [] : [`    shards: ${shards}`]),
    '',
  ].join('\n');
}

export async function compileProject(spec: string): Promise<Project> {
  const root = makeTemporaryFolder('project');
  await writeFile(join(root, 'platform.yaml'), spec);
  const compiled = await runCli(['compile'], { cwd: root });
  if (compiled.code !== 0) throw new Error(compiled.stderr);
  const folder = join(root, 'generated/default');
  const readPod = async (file: string) => {
    const [first] = parseAllDocuments(await readFile(join(folder, 'terraform/kubernetes', file), 'utf8'));
    return labelPod(findPod(first?.toJS()));
  };
  return { folder, platform: resolveText(spec), readPod };
}

/** As the controller of Jobs does: the uid of the pod's Job, a new one for each pod that is asked for here. */
function labelPod(pod: Pod): Pod {
  const labels = { ...(pod.metadata?.['labels'] as object), 'batch.kubernetes.io/controller-uid': randomUUID() };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

interface Workload extends Pod {
  readonly spec: Pod['spec'] & { readonly jobTemplate?: Workload; readonly template?: Workload };
}

function findPod(object: Workload): Pod {
  const inner = object.spec.jobTemplate ?? object.spec.template;
  return inner === undefined ? object : findPod(inner);
}

/** A node whose images are the command of this checkout, as npm links it, and the real Auth Proxy. */
export async function makeNode(project: Project, variables: Node['variables']): Promise<Node> {
  const programs = join(makeTemporaryFolder('image'), 'bin');
  await mkdir(programs);
  const command = join(programs, 'platform');
  await writeFile(command, `#!/bin/sh\nexec ${process.execPath} ${join(projectRoot, 'dist/cli/main.js')} "$@"\n`);
  await chmod(command, 0o755);
  return {
    programs: [programs],
    entrypoints: { 'gcr.io/cloud-sql-connectors/cloud-sql-proxy': await goTool(cloudSqlProxy) },
    variables,
    volumes: { spec: await layConfigMap(project) },
  };
}

/** The files of the ConfigMap that pods mount, as a kubelet would lay them. */
async function layConfigMap({ folder }: Project): Promise<string> {
  const [map] = parseAllDocuments(await readFile(join(folder, 'terraform/kubernetes/spec.yaml'), 'utf8'));
  const place = makeTemporaryFolder('config-map');
  for (const [file, text] of Object.entries<string>(map?.toJS().data)) await writeFile(join(place, file), text);
  return place;
}
