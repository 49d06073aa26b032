import { canBindLaunchers } from '../../model/launchers.ts';
import type { Kubernetes, Person, Platform } from '../../model/platform.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { listLaunchers } from './launchers.ts';
import { findRunner, listNamespaces, markEnds } from './names.ts';

/** Namespaces at the strictest PodSecurity level that the pods in them pass. */
export function renderNamespaces(platform: Platform, kubernetes: Kubernetes): string {
  const version = yamlValue(`v${kubernetes.version.major}.${kubernetes.version.minor}`);
  const namespaces = listNamespaces(platform, kubernetes).map((name) => ({
    name: yamlValue(name),
    taskPods: platform.workloads.some(({ namespace }) => namespace === name),
    version,
  }));
  return renderTemplate('kubernetes/namespaces', 'yaml', { namespaces: markEnds(namespaces) });
}

/** One Kubernetes service account for each Google service account that a pod may be. Null where there is none. */
export function renderServiceAccounts(platform: Platform, kubernetes: Kubernetes): string | null {
  const accounts = platform.workloads.map(({ serviceAccount, namespace, google }) => ({
    name: yamlValue(serviceAccount),
    namespace: yamlValue(namespace),
    email: yamlValue(google.email),
  }));
  const { hosting } = platform;
  if (hosting.kind === 'cloudSql' && hosting.initAccount !== null) {
    accounts.push({
      name: yamlValue(kubernetes.initServiceAccount),
      namespace: yamlValue(kubernetes.namespace),
      email: yamlValue(hosting.initAccount.email),
    });
  }
  const { pooler } = kubernetes;
  if (pooler !== null) {
    accounts.push({
      name: yamlValue(pooler.serviceAccount),
      namespace: yamlValue(pooler.namespace),
      email: yamlValue(pooler.google.email),
    });
  }
  if (accounts.length === 0) return null;
  return renderTemplate('kubernetes/service-accounts', 'yaml', { accounts: markEnds(accounts) });
}

/** Who may start Metaflow's tasks, and as whom; null without Metaflow. */
export function renderTaskLaunchers(platform: Platform, kubernetes: Kubernetes): string | null {
  const runner = findRunner(platform);
  if (runner === null) return null;
  const { namespace, serviceAccount } = runner.workload;
  const people = listLaunchers(platform);
  const emails = (kind: Person['kind']) => people.filter((person) => person.kind === kind).map(({ email }) => email);
  // Policies have no namespace: the prefix tells two platforms of one cluster apart.
  const policy = yamlValue(`${platform.prefix}-${namespace}-task-launchers`);
  return renderTemplate('kubernetes/task-launchers', 'yaml', {
    namespace: yamlValue(namespace),
    serviceAccount: yamlValue(serviceAccount),
    people: people.map(viewSubject),
    policy: people.length > 0 && canBindLaunchers(kubernetes.version.minor) ? policy : null,
    users: yamlValue(emails('user')),
    groups: yamlValue(emails('group')),
  });
}

function viewSubject({ kind, email }: Person) {
  return { kind: yamlValue(kind === 'user' ? 'User' : 'Group'), email: yamlValue(email) };
}
