import { bucketOf, longestRole } from '../names.ts';
import type { Finding, RuleInput } from './rule.ts';

/** Names whose letters are right (the schema's part) and that are refused all the same. */
export function checkNames({ value }: RuleInput): readonly Finding[] {
  return [...checkBuckets(value), ...checkLabels(value), ...checkLogins(value), ...checkNamespaces(value)];
}

function checkBuckets(value: RuleInput['value']): readonly Finding[] {
  const places: readonly (readonly [readonly string[], string | undefined])[] = [
    [['gcp', 'terraformState'], value.gcp.terraformState],
    [['metaflow', 'datastore'], value.metaflow?.datastore],
    [['hosting', 'virtualMachines', 'backups', 'bucket'], value.hosting.virtualMachines?.backups?.bucket],
    ...Object.entries(value.pipelines ?? {}).map(
      ([name, { download }]) => [['pipelines', name, 'download', 'to'], download?.to] as const,
    ),
  ];
  return places.flatMap(([at, location]): readonly Finding[] => {
    const bucket = location === undefined ? null : bucketOf(location);
    const problem = bucket === null ? null : bucketProblem(bucket);
    if (problem === null) return [];
    return [{ code: 'PF220', at, message: `no bucket is named ${bucket}: ${problem}`, hint: 'name another bucket' }];
  });
}

/** Source: Cloud Storage, 'About Cloud Storage buckets' (bucket names). */
function bucketProblem(bucket: string): string | null {
  if (/^\d+(\.\d+){3}$/.test(bucket)) return 'it has the form of an address';
  if (bucket.startsWith('goog')) return 'names that start with "goog" are Google\'s own';
  if (/g[o0]{2}gle/.test(bucket)) return 'names with "google" in them are refused';
  return bucket.includes('..') ? 'a part between two dots is empty' : null;
}

/** Labels that the platform gives every resource. */
const ownLabels = ['platform', 'environment'];

/** Source: Resource Manager, 'Creating and managing labels' (requirements: at most 64 a resource). */
const mostLabels = 64;

function checkLabels(value: RuleInput['value']): readonly Finding[] {
  const keys = Object.keys(value.labels ?? {});
  const findings = keys
    .filter((key) => ownLabels.includes(key))
    .map((key): Finding => {
      const message = `the label ${key} is set by the platform, which would overwrite this one`;
      return { code: 'PF206', at: ['labels', key], onKey: true, message, hint: 'name the label otherwise' };
    });
  if (keys.length + ownLabels.length <= mostLabels) return findings;
  const message = `${keys.length} labels and the platform's ${ownLabels.length} are more than the ${mostLabels} a resource can have`;
  const hint = `keep ${mostLabels - ownLabels.length} of them`;
  return [...findings, { code: 'PF220', at: ['labels'], onKey: true, message, hint }];
}

/** On Cloud SQL a person's login is their email, a role's name. (A workload's is made to fit.) Source: see `longestRole`. */
function checkLogins(value: RuleInput['value']): readonly Finding[] {
  if (value.hosting.cloudSql === undefined) return [];
  return (value.access?.people ?? []).flatMap(({ member }, index): readonly Finding[] => {
    const email = member.slice(member.indexOf(':') + 1);
    if (email.length <= longestRole) return [];
    const at = ['access', 'people', index, 'member'];
    const message = `${email} is longer than a login of PostgreSQL can be, ${longestRole} characters`;
    return [{ code: 'PF220', at, message, hint: 'name a group with a shorter address that they are in' }];
  });
}

/** Source: Kubernetes, 'Namespaces' (the prefix kube- is reserved for Kubernetes' own namespaces). */
function checkNamespaces(value: RuleInput['value']): readonly Finding[] {
  const places: readonly (readonly [readonly string[], string | undefined])[] = [
    [['kubernetes', 'namespace'], value.kubernetes?.namespace],
    ...Object.entries(value.access?.workloads ?? {}).map(
      ([name, { namespace }]) => [['access', 'workloads', name, 'namespace'], namespace] as const,
    ),
  ];
  return places.flatMap(([at, namespace]): readonly Finding[] => {
    if (namespace?.startsWith('kube-') !== true) return [];
    const message = `${namespace}: namespaces that start with kube- are Kubernetes' own`;
    return [{ code: 'PF220', severity: 'warning', at, message, hint: 'name a namespace of yours' }];
  });
}
