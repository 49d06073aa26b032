import type { CloudSqlHosting, Kubernetes, Platform, Workload } from '../../model/platform.ts';
import { chooseWay, type ProxyWay } from '../../model/proxy-way.ts';
import { celObject } from '../../print/cel.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { listNamespaces, markEnds } from './names.ts';
import { listTaskVariables } from './task-variables.ts';

const wayFlags: Readonly<Record<ProxyWay, readonly string[]>> = {
  privateIp: ['--private-ip'],
  psc: ['--psc'],
  public: [],
};

/** What the one sidecar partial is given. `login` says who logs in: the pod's identity by IAM, or a password. */
export function viewProxy(
  platform: Platform,
  kubernetes: Kubernetes,
  hosting: CloudSqlHosting,
  login: 'iam' | 'password',
) {
  const { image, port } = kubernetes.proxy;
  const args = [
    ...wayFlags[chooseWay(platform)],
    ...(login === 'iam' ? ['--auto-iam-authn'] : []),
    '--structured-logs',
    '--exit-zero-on-sigterm',
    '--health-check',
    // The kubelet asks from outside the pod's loopback.
    '--http-address=0.0.0.0',
    '--http-port=9801',
    `--port=${port}`,
    hosting.connectionName,
  ];
  return { image: yamlValue(image), args: yamlValue(args) };
}

/** What gives every Metaflow task the proxy, and the name of its file; null where there is nothing to give. */
export function renderInjection(
  platform: Platform,
  kubernetes: Kubernetes,
): { readonly file: string; readonly text: string } | null {
  const { hosting, workloads } = platform;
  if (hosting.kind !== 'cloudSql' || workloads.length === 0) return null;
  switch (kubernetes.injection) {
    case 'admissionPolicy':
      return { file: 'task-proxy-policy.yaml', text: renderPolicies(platform, kubernetes, hosting) };
    case 'operator':
      return { file: 'task-proxy-operator.yaml', text: renderOperator(platform, kubernetes, hosting) };
    case 'none':
      return null;
    default:
      return kubernetes.injection satisfies never;
  }
}

function renderPolicies(platform: Platform, kubernetes: Kubernetes, hosting: CloudSqlHosting): string {
  const written = renderTemplate('kubernetes/proxy-sidecar', 'yaml', viewProxy(platform, kubernetes, hosting, 'iam'));
  const sidecar = celObject('Object.spec.initContainers', written, sidecarDepth);
  const policies = platform.workloads.map((workload) => ({
    // Policies have no namespace: the prefix tells two platforms of one cluster apart.
    name: yamlValue(`${platform.prefix}-${workload.namespace}-${workload.serviceAccount}`),
    namespace: yamlValue(workload.namespace),
    serviceAccount: yamlValue(workload.serviceAccount),
    env: markEnds(viewTaskVariables(platform, workload)),
    sidecar,
  }));
  return renderTemplate('kubernetes/task-proxy-policy', 'yaml', { policies: markEnds(policies) });
}

/** How deep the sidecar's hole stands in `task-proxy-policy.hbs`, in steps of two spaces. */
const sidecarDepth = 7;

function viewTaskVariables(platform: Platform, workload: Workload) {
  const variables = Object.entries(listTaskVariables(platform, workload));
  return variables.map(([name, value]) => ({ name: yamlValue(name), value: yamlValue(value) }));
}

/** The operator selects by labels, so one for each namespace. */
function renderOperator(platform: Platform, kubernetes: Kubernetes, hosting: CloudSqlHosting): string {
  const occupied = listNamespaces(platform, kubernetes).filter((name) =>
    platform.workloads.some(({ namespace }) => namespace === name),
  );
  const way = chooseWay(platform);
  const proxies = occupied.map((namespace) => ({
    namespace: yamlValue(namespace),
    connectionName: yamlValue(hosting.connectionName),
    port: yamlValue(kubernetes.proxy.port),
    privateIp: yamlValue(way === 'privateIp'),
    psc: way === 'psc',
    image: yamlValue(kubernetes.proxy.image),
  }));
  return renderTemplate('kubernetes/task-proxy-operator', 'yaml', { proxies: markEnds(proxies) });
}
