import type { Change } from '../diff/change.ts';
import type { Platform, Setting } from '../model/platform.ts';

/** What the spec of one environment would say of what runs. */
export type SpecKey =
  /** A value as YAML has it; undefined: the key says more than runs, and is taken out. */
  | { readonly kind: 'key'; readonly path: readonly (string | number)[]; readonly value: unknown }
  | { readonly kind: 'none'; readonly reason: string };

const sql = ['hosting', 'cloudSql'];

/** Fields that stand elsewhere than under their model's name. */
const moved: Readonly<Record<string, readonly string[]>> = {
  region: ['gcp', 'region'],
  network: ['gcp', 'network'],
  'reach.allocatedRange': [...sql, 'privateServicesAccess', 'allocatedRange'],
  'reach.consumerProjects': [...sql, 'privateServiceConnect', 'consumerProjects'],
};

/** Fields that no key of the spec says. */
const unsaid: Readonly<Record<string, string>> = {
  authorizedNetworks: 'nobody is let in but through the network and IAM',
  'backups.enabled': 'there is always a backup',
  publicAddress: 'it follows from kubernetes.proxy.privateIp, which pods go by too',
  reach: 'the other way in has keys of its own',
};

/** `replicas` is in the order of the spec: where each stands in its list. Of a change `before` is what runs. */
export function findSpecKey(
  { resource, field, before }: Change,
  platform: Platform,
  replicas: readonly string[],
): SpecKey {
  if (field === null) return { kind: 'none', reason: explainPart(resource) };
  const reason = unsaid[field];
  if (reason !== undefined) return { kind: 'none', reason };
  const [kind, name = ''] = resource.split(' ');
  switch (kind) {
    case 'platform':
      return key([], field, before);
    case 'cloudSql.replica':
      return key([...sql, 'replicas', replicas.indexOf(name)], field, before);
    case 'cloudSql.instance':
      return moved[field] === undefined ? key(sql, field, before) : keyAt(moved[field], withoutOwn(before, platform));
    default:
      return { kind: 'none', reason: 'it is derived from what else the spec says' };
  }
}

/** The names of flags and labels may have dots in them: all that follows is one. */
const maps = /^(flags|labels|connectionPool\.flags)\.(.+)$/;

function key(above: readonly (string | number)[], field: string, value: unknown): SpecKey {
  const [, map = '', name = ''] = maps.exec(field) ?? [];
  return keyAt([...above, ...(map === '' ? field.split('.') : [...map.split('.'), name])], value);
}

function keyAt(path: readonly (string | number)[], value: unknown): SpecKey {
  return { kind: 'key', path, value: toSpec(value) };
}

/** The project itself is always among those that may have an endpoint. */
function withoutOwn(value: unknown, { gcp }: Platform): unknown {
  return Array.isArray(value) ? value.filter((project) => project !== gcp.project) : value;
}

/** As the spec writes it: settings are a map, and what is not there is no key. */
function toSpec(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const { flags, ...rest } = value as { readonly flags?: readonly Setting[] };
  return flags === undefined
    ? value
    : { ...rest, flags: Object.fromEntries(flags.map((flag) => [flag.name, flag.value])) };
}

function explainPart(resource: string): string {
  const [kind = '', name = ''] = resource.split(' ');
  if (kind === 'login')
    return `who may log in is access.people (- { member: "user:${name}", grants: { … } }) and access.workloads, with grants that nobody can read off an instance`;
  if (kind === 'database') return 'the platform has its two databases and no other';
  return 'a replica is said whole: hosting.cloudSql.replicas';
}
