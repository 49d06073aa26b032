import { groupRoles, listLogins } from '../../model/logins.ts';
import type { Platform } from '../../model/platform.ts';
import { hclString, hclStrings } from '../../print/hcl.ts';
import type { HclView } from './common.ts';

const databases = ['ingest', 'pgstac'] as const;

/** They own the schemas; nobody but the installer is a member. */
const adminRoles = ['ingest_admin', 'pgstac_admin'];

/** What `bootstrap: terraform` makes inside PostgreSQL: extensions, group roles, and who is a member of which. */
export function viewPostgresql(platform: Platform): HclView {
  return {
    extensions: hclStrings(platform.databases.pgstac.extensions),
    roles: hclStrings([...adminRoles, ...databases.flatMap((database) => groupRoles[database])].sort()),
    memberships: databases.flatMap((database) => viewMemberships(platform, database)),
  };
}

function viewMemberships(platform: Platform, database: 'ingest' | 'pgstac'): readonly HclView[] {
  return listLogins(platform, database).flatMap(({ name, role }) => {
    if (role === null) return [];
    const workload = platform.workloads.find(({ databaseUser }) => databaseUser === name);
    const person = platform.people.find(({ email }) => email === name);
    const key = workload === undefined ? `person/${person?.key}` : `workload/${workload.name}`;
    return [
      {
        key: hclString(`${key}/${role}`),
        workload: workload === undefined ? null : hclString(workload.name),
        person: person === undefined ? null : hclString(person.key),
        role: hclString(role),
      },
    ];
  });
}
