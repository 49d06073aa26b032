import type { Rule } from './rule.ts';
import { ours } from './sources.ts';

const resource = 'kubernetes';

export const kubernetesRules: readonly Rule[] = [
  {
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'Nothing deletes what was applied: kubectl delete -k terraform/kubernetes, from the last compiled tree.',
    source: 'kubectl documentation, "apply": no pruning by default',
  },
  {
    resource,
    field: 'version.*',
    impact: 'none',
    reason: 'Says what the cluster is; what it decides is listed as changes of its own.',
    source: ours('kubernetes.version decides kubernetes.injection'),
  },
  {
    resource,
    field: 'injection',
    impact: 'update',
    reason:
      'Pods that start from now on get the proxy the other way; the objects of the old way stay until they are deleted.',
    source: 'Kubernetes documentation, "Mutating Admission Policy"',
  },
  {
    resource,
    field: 'namespace',
    impact: 'replace',
    reason:
      'Kubernetes objects stay in their namespace: all are made again in the other one; the old ones stay until they are deleted.',
    source: 'Kubernetes documentation, "Namespaces"',
  },
  {
    resource,
    field: 'initServiceAccount',
    impact: 'replace',
    reason: 'A Kubernetes object keeps its name for life: a new service account is made.',
    source: 'Kubernetes documentation, "Object Names and IDs"',
  },
  {
    resource,
    field: 'proxy.*',
    impact: 'update',
    reason: 'Pods that start from now on have it; those that run keep theirs.',
    source: 'Kubernetes documentation, "Sidecar Containers"',
  },
  {
    resource,
    field: 'pooler',
    when: ['appears'],
    impact: 'create',
    reason: 'A pooler is made; workloads that start from now on connect through it.',
    source: ours('terraform/kubernetes'),
  },
  {
    resource,
    field: 'pooler',
    when: ['disappears'],
    impact: 'destroy',
    reason: 'Nothing deletes what was applied; once it is deleted, connections through it end.',
    source: 'kubectl documentation, "apply": no pruning by default',
  },
  {
    resource,
    field: 'pooler.replicas',
    impact: 'update',
    reason: 'The Deployment is scaled in place; connections through a pod that goes end.',
    source: 'Kubernetes documentation, "Deployments"',
  },
  {
    resource,
    field: 'pooler.*',
    impact: 'restart',
    reason: 'Its pods are rolled out anew: connections through them end.',
    source: 'Kubernetes documentation, "Deployments"',
  },
  {
    resource,
    field: 'databaseRanges',
    impact: 'update',
    reason: 'The network policies change in place.',
    source: 'Kubernetes documentation, "Network Policies"',
  },
];
