import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudSql } from '../support/cloud-sql/instance.ts';
import { withLoopback } from '../support/loopback.ts';
import { startPod } from '../support/pod.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeNode, type Project } from './project.ts';

/**
 * Runs the init Job's pod to its end, with the password in its volume as the container that reads Secret Manager leaves
 * it there: that container is left out.
 */
export async function runInit(project: Project, cloudSql: CloudSql, password: string) {
  const pod = await project.readPod('database-init.yaml');
  const initContainers = pod.spec.initContainers?.filter(({ name }) => name !== 'read-admin-password') ?? [];
  const folder = makeTemporaryFolder('password');
  await writeFile(join(folder, 'password'), password);
  const variables = await cloudSql.variablesFor('alps-init@acme-earth.iam.gserviceaccount.com');
  const node = await makeNode(project, variables);
  return await withLoopback(async () => {
    const volumes = { ...node.volumes, password: folder };
    const running = await startPod({ ...pod, spec: { ...pod.spec, initContainers } }, { ...node, volumes });
    return await running.ended;
  });
}
