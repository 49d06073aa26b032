import type { PlatformSpec } from '../spec/schema.ts';
import { bucketOf, deriveDatabaseUser, deriveMemberKey, deriveServiceAccount, listFormerNames } from './names.ts';
import type { Grants, Metaflow, Person, Workload } from './platform.ts';
import { sortByName } from './values.ts';

type GrantsSpec = NonNullable<NonNullable<PlatformSpec['access']>['people']>[number]['grants'];

export function resolveWorkloads(spec: PlatformSpec, prefix: string, metaflow: Metaflow | null): readonly Workload[] {
  const workloads = Object.entries(spec.access?.workloads ?? {}).map(([name, workload]): Workload => {
    const formerNames = listFormerNames(workload.renamedFrom);
    const google = deriveServiceAccount(spec.gcp.project, prefix, formerNames[0] ?? name);
    return {
      name,
      formerNames,
      namespace: workload.namespace,
      serviceAccount: workload.serviceAccount,
      google,
      databaseUser: spec.hosting.cloudSql === undefined ? null : deriveDatabaseUser(google.email),
      grants: resolveGrants(workload.grants),
      buckets: metaflow?.workload === name ? bucketsOf(spec, metaflow) : [],
    };
  });
  return sortByName(workloads, (workload) => workload.name);
}

export function resolvePeople(spec: PlatformSpec): readonly Person[] {
  const people = (spec.access?.people ?? []).map((person): Person => {
    const [kind = '', email = ''] = person.member.split(':');
    return {
      member: person.member,
      kind: kind === 'group' ? 'group' : 'user',
      email,
      key: deriveMemberKey(person.member),
      grants: resolveGrants(person.grants),
    };
  });
  return sortByName(people, (person) => person.member);
}

function resolveGrants(grants: GrantsSpec): Grants {
  return { pgstac: grants.pgstac ?? null, ingest: grants.ingest ?? null };
}

/** The buckets that Metaflow's tasks write: its datastore, and where pipelines put downloads. */
function bucketsOf(spec: PlatformSpec, metaflow: Metaflow): readonly string[] {
  const downloads = Object.values(spec.pipelines ?? {}).map((pipeline) => pipeline.download?.to ?? '');
  const buckets = [metaflow.datastore, ...downloads].map(bucketOf).filter((bucket) => bucket !== null);
  return [...new Set(buckets)].sort();
}
