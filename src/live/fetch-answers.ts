import type { CloudSqlHosting } from '../model/platform.ts';
import type { Answers, Instance, SqlAdmin } from './answers.ts';

/** Asks for all that is read of an environment's instance; null: there is no such instance. Throws `LiveFailure`. */
export async function fetchAnswers(
  admin: SqlAdmin,
  project: string,
  hosting: CloudSqlHosting,
): Promise<Answers | null> {
  const instance = await admin.getInstance(project, hosting.instance);
  if (instance === null) return null;
  const [databases, users, backup] = await Promise.all([
    admin.listDatabases(project, hosting.instance),
    admin.listUsers(project, hosting.instance),
    admin.findBackup(project, hosting.instance),
  ]);
  const replicas = new Map<string, Instance | null>();
  for (const name of listReplicas(instance, hosting)) replicas.set(name, await admin.getInstance(project, name));
  return { instance, replicas, databases, users, backup };
}

/** Those of the spec, and those that the instance names (`project:name` where it is another project's). */
function listReplicas({ replicaNames }: Instance, hosting: CloudSqlHosting): ReadonlySet<string> {
  const found = (replicaNames ?? []).map((name) => name.slice(name.lastIndexOf(':') + 1));
  return new Set([...hosting.replicas.map(({ instance }) => instance), ...found]);
}
