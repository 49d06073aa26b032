import type { Rule } from './rule.ts';
import { documentation, google, ours } from './sources.ts';

const resource = 'kubernetes';

export const kubernetesRules: readonly Rule[] = [
  {
    id: 'kubernetes/removed',
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'Nothing deletes what was applied: kubectl delete -k terraform/kubernetes, from the last compiled tree.',
    source: documentation('kubectl documentation, "apply": no pruning by default'),
  },
  {
    id: 'kubernetes/version',
    resource,
    field: 'version.*',
    impact: 'update',
    reason:
      'Says what the cluster is, which it does not change. The namespaces hold new pods to that version of the Pod Security Standards; what else it decides is listed as changes of its own.',
    source: ours('kubernetes.version decides kubernetes.injection and pod-security.kubernetes.io/enforce-version'),
  },
  {
    id: 'kubernetes/injection',
    resource,
    field: 'injection',
    impact: 'update',
    reason:
      'Pods that start from now on get the proxy the other way; the objects of the old way stay until they are deleted.',
    source: documentation('Kubernetes documentation, "Mutating Admission Policy"'),
  },
  {
    id: 'kubernetes/namespace',
    resource,
    field: 'namespace',
    impact: 'replace',
    reason:
      'Kubernetes objects stay in their namespace: all are made again in the other one; the old ones stay until they are deleted.',
    source: documentation('Kubernetes documentation, "Namespaces"'),
  },
  {
    id: 'kubernetes/init-account',
    resource,
    field: 'initServiceAccount',
    impact: 'replace',
    reason: 'A Kubernetes object keeps its name for life: a new service account is made.',
    source: documentation('Kubernetes documentation, "Object Names and IDs"'),
  },
  {
    id: 'kubernetes/proxy-restarts-pooler',
    resource,
    field: 'proxy.*',
    when: ['hasPooler'],
    impact: 'restart',
    reason:
      "The pooler's pods have the proxy beside them and are rolled out anew: connections through them end. Other pods that run keep the proxy they have; a public address comes or goes with privateIp.",
    source: documentation('Kubernetes documentation, "Deployments"'),
  },
  {
    id: 'kubernetes/public-address',
    resource,
    field: 'proxy.privateIp',
    impact: 'update',
    reason:
      'The instance gets or loses a public address while it runs; pods that run keep the way they have, which ends with the address.',
    source: google('resource_sql_database_instance.go', 'settings.ip_configuration.ipv4_enabled'),
  },
  {
    id: 'kubernetes/proxy',
    resource,
    field: 'proxy.*',
    impact: 'update',
    reason: 'Pods that start from now on have it; those that run keep theirs.',
    source: documentation('Kubernetes documentation, "Sidecar Containers"'),
  },
  {
    id: 'kubernetes/pooler-made',
    resource,
    field: 'pooler',
    when: ['appears'],
    impact: 'create',
    reason:
      'A pooler is made, with a service account and a login of its own, which can do nothing until `platform db init` has granted it its roles.',
    source: ours('terraform/kubernetes'),
  },
  {
    id: 'kubernetes/pooler-removed',
    resource,
    field: 'pooler',
    when: ['disappears'],
    impact: 'destroy',
    reason: 'Nothing deletes what was applied; once it is deleted, connections through it end.',
    source: documentation('kubectl documentation, "apply": no pruning by default'),
  },
  {
    id: 'kubernetes/pooler-scaled',
    resource,
    field: 'pooler.replicas',
    impact: 'update',
    reason: 'The Deployment is scaled in place; connections through a pod that goes end.',
    source: documentation('Kubernetes documentation, "Deployments"'),
  },
  {
    id: 'kubernetes/pooler-clients',
    resource,
    field: 'pooler.clients',
    impact: 'update',
    reason: 'The network policy changes in place; open connections of a namespace that left may be cut off.',
    source: documentation('Kubernetes documentation, "Network Policies"'),
  },
  {
    id: 'kubernetes/pooler-grants',
    resource,
    field: 'pooler.grants.*',
    impact: 'update',
    reason:
      '`platform db init` grants and revokes (with bootstrap: terraform, apply does); open connections have the new rights at once.',
    source: documentation('PostgreSQL 15 documentation, GRANT and REVOKE'),
  },
  {
    id: 'kubernetes/pooler-namespace',
    resource,
    field: 'pooler.namespace',
    impact: 'replace',
    reason:
      'It is made anew in the other namespace, under another address; the old one stays until it is deleted, without the rights of the Google account.',
    source: documentation('Kubernetes documentation, "Namespaces"'),
  },
  {
    id: 'kubernetes/pooler-google-account',
    resource,
    field: 'pooler.google.*',
    impact: 'replace',
    reason: 'A service account keeps its id for life: a new one is made, with new role bindings.',
    source: google('resource_google_service_account.go', 'account_id: ForceNew'),
  },
  {
    id: 'kubernetes/pooler-login',
    resource,
    field: 'pooler.databaseUser',
    impact: 'replace',
    reason:
      'A new login is made, which can do nothing until `platform db init` has granted it its roles; the pods are rolled out anew.',
    source: google('resource_sql_user.go', 'name: ForceNew'),
  },
  {
    id: 'kubernetes/pooler-restarts',
    resource,
    field: 'pooler.*',
    impact: 'restart',
    reason: 'Its pods are rolled out anew: connections through them end.',
    source: documentation('Kubernetes documentation, "Deployments"'),
  },
  {
    id: 'kubernetes/quota-removed',
    resource,
    field: 'quota',
    when: ['disappears'],
    impact: 'update',
    reason: 'Nothing deletes what was applied: it bounds the pods until `kubectl delete resourcequota platform-tasks`.',
    source: documentation('kubectl documentation, "apply": no pruning by default'),
  },
  {
    id: 'kubernetes/quota',
    resource,
    field: 'quota*',
    impact: 'update',
    reason: 'Pods that run go on; one that would go past it is not made until others have ended.',
    source: documentation('Kubernetes documentation, "Resource Quotas"'),
  },
  {
    id: 'kubernetes/database-ranges',
    resource,
    field: 'databaseRanges',
    impact: 'update',
    reason: 'The network policies change in place.',
    source: documentation('Kubernetes documentation, "Network Policies"'),
  },
];
