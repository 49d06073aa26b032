import type { Platform } from './platform.ts';

/** A login of one database and the group role it is a member of; null is none, though it may log in. */
export interface Login {
  readonly name: string;
  readonly role: GroupRole | null;
  /** Whose it is, for people: `workload metaflow-task`, `user:ana@example.org`, `ingest-postgres`. */
  readonly owner: string;
}

export type GroupRole = 'pgstac_read' | 'pgstac_ingest' | 'ingest_read' | 'ingest_write';

const roles = {
  pgstac: { read: 'pgstac_read', ingest: 'pgstac_ingest' },
  ingest: { read: 'ingest_read', write: 'ingest_write' },
} as const;

/** The group roles that logins of a database can have, the least first. */
export const groupRoles: Readonly<Record<'pgstac' | 'ingest', readonly GroupRole[]>> = {
  pgstac: [roles.pgstac.read, roles.pgstac.ingest],
  ingest: [roles.ingest.read, roles.ingest.write],
};

/** The role that owns what is in a database, and that no login of the spec is a member of. */
export const adminRoles = { pgstac: 'pgstac_admin', ingest: 'ingest_admin' } as const;

/**
 * Every login of a database. On Cloud SQL the IAM logins of workloads, the pooler and people (a group's login is the
 * group's own address: https://cloud.google.com/sql/docs/postgres/iam-authentication); on virtual machines the one of the
 * server.
 */
export function listLogins(platform: Platform, database: 'pgstac' | 'ingest'): readonly Login[] {
  const { hosting } = platform;
  if (hosting.kind === 'virtualMachines') {
    const { login, machine } = hosting[database];
    return [{ name: login, role: database === 'pgstac' ? roles.pgstac.ingest : roles.ingest.write, owner: machine }];
  }
  const workloads = platform.workloads.flatMap(({ name, databaseUser, grants }) =>
    databaseUser === null ? [] : [{ name: databaseUser, grants, owner: `workload ${name}` }],
  );
  const { pooler } = platform.kubernetes ?? { pooler: null };
  const poolers = pooler === null ? [] : [{ name: pooler.databaseUser, grants: pooler.grants, owner: 'the pooler' }];
  const people = platform.people.map(({ email, grants, member }) => ({
    name: email,
    grants,
    owner: member,
  }));
  return [...workloads, ...poolers, ...people].map(({ name, grants, owner }) => ({
    name,
    role: roleFor(database, grants),
    owner,
  }));
}

function roleFor(database: 'pgstac' | 'ingest', grants: Platform['people'][number]['grants']): GroupRole | null {
  if (database === 'pgstac') return grants.pgstac === null ? null : roles.pgstac[grants.pgstac];
  return grants.ingest === null ? null : roles.ingest[grants.ingest];
}
