import type { Kubernetes, Platform, Workload } from '../../model/platform.ts';

/** Where the manifests are, in the environment's folder. */
export const manifestFolder = 'terraform/kubernetes';

/** The example pod: applied by hand, so not in the kustomization. */
export const exampleFile = 'cloudsql-auth-proxy.yaml';

/** Items of a list in a template that prints something between them. */
export function markEnds<T extends object>(items: readonly T[]): readonly (T & { first: boolean; last: boolean })[] {
  return items.map((item, index) => ({ ...item, first: index === 0, last: index === items.length - 1 }));
}

/** The platform's namespaces, sorted: its own, which is the pooler's too, and those of its workloads. */
export function listNamespaces(platform: Platform, kubernetes: Kubernetes): readonly string[] {
  return [...new Set([kubernetes.namespace, ...platform.workloads.map(({ namespace }) => namespace)])].sort();
}

/** Metaflow's identity, which the platform's own ingestion Jobs have as well, and its image. */
export interface Runner {
  readonly workload: Workload;
  readonly image: string;
}

/** Null without Metaflow. */
export function findRunner(platform: Platform): Runner | null {
  const { metaflow } = platform;
  if (metaflow === null) return null;
  const workload = platform.workloads.find(({ name }) => name === metaflow.workload);
  if (workload === undefined) throw new Error(`the model names a workload that is not in it: ${metaflow.workload}`);
  return { workload, image: metaflow.image };
}
