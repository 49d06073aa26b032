import type { Database, Session } from '../../../src/database/connection.ts';
import { quoteIdentifier as quote } from '../../../src/database/quote.ts';
import type { StateResource } from '../../support/terraform.ts';

/**
 * What cyrilgdn/postgresql 1.26 does in PostgreSQL to create each resource of a state, statement by statement as its
 * source has them (postgresql/resource_postgresql_*.go, helpers.go). The provider itself is in no package registry; so
 * this is a reading of it, while Terraform core, PostgreSQL and their rules are real.
 */
export async function createResources(
  resources: readonly StateResource[],
  open: (database: string) => Promise<Database>,
): Promise<void> {
  for (const { type, values } of resources) {
    const create = creations[type];
    if (create === undefined) throw new Error(`nothing is known of how the provider makes a ${type}`);
    const database = await open(typeof values['database'] === 'string' ? values['database'] : 'postgres');
    await database.transaction((session) => create(session, (name) => String(values[name]), values));
  }
}

type Create = (
  session: Session,
  text: (name: string) => string,
  values: Readonly<Record<string, unknown>>,
) => Promise<void>;

const creations: Readonly<Record<string, Create>> = {
  postgresql_extension: (session, text) => session.run(`CREATE EXTENSION IF NOT EXISTS ${quote(text('name'))}`),
  postgresql_role: (session, text) =>
    session.run(`CREATE ROLE ${quote(text('name'))} WITH NOCREATEDB NOCREATEROLE INHERIT NOLOGIN CONNECTION LIMIT -1`),
  postgresql_grant_role: async (session, text) => {
    await session.run(`REVOKE ${quote(text('grant_role'))} FROM ${quote(text('role'))}`);
    await session.run(`GRANT ${quote(text('grant_role'))} TO ${quote(text('role'))}`);
  },
  postgresql_schema: async (session, text) => {
    const owner = text('owner');
    await withRolesGranted(session, [await readDatabaseOwner(session), owner], () =>
      session.run(`CREATE SCHEMA IF NOT EXISTS ${quote(text('name'))} AUTHORIZATION ${quote(owner)}`),
    );
  },
  postgresql_grant: async (session, text, values) => {
    if (text('object_type') !== 'schema') throw new Error(`a grant on a ${text('object_type')} is not known here`);
    const [schema, role] = [quote(text('schema')), quote(text('role'))];
    const privileges = (values['privileges'] as readonly string[]).join(',');
    await withRolesGranted(session, [await readSchemaOwner(session, text('schema'))], async () => {
      await session.run(`REVOKE ALL PRIVILEGES ON SCHEMA ${schema} FROM ${role}`);
      await session.run(`GRANT ${privileges} ON SCHEMA ${schema} TO ${role}`);
    });
  },
};

/** helpers.go: who is no superuser is made a member of each role for the length of the work. */
async function withRolesGranted(session: Session, roles: readonly string[], work: () => Promise<void>): Promise<void> {
  const granted: string[] = [];
  for (const role of new Set(roles)) {
    const [row] = await session.query<{ needed: boolean }>(
      `SELECT current_user <> $1 AND NOT EXISTS (
         SELECT FROM pg_auth_members WHERE pg_get_userbyid(roleid) = $1 AND pg_get_userbyid(member) = current_user
       ) AS needed`,
      [role],
    );
    if (row?.needed !== true) continue;
    await session.run(`GRANT ${quote(role)} TO CURRENT_USER`);
    granted.push(role);
  }
  await work();
  for (const role of granted) await session.run(`REVOKE ${quote(role)} FROM CURRENT_USER`);
}

async function readDatabaseOwner(session: Session): Promise<string> {
  const [row] = await session.query<{ owner: string }>(
    'SELECT pg_get_userbyid(datdba)::text AS owner FROM pg_database WHERE datname = current_database()',
  );
  return row?.owner ?? '';
}

/** Schema public is pg_database_owner's, which nobody can be made a member of: the provider takes the database's owner. */
async function readSchemaOwner(session: Session, schema: string): Promise<string> {
  const [row] = await session.query<{ owner: string }>(
    'SELECT pg_get_userbyid(nspowner)::text AS owner FROM pg_namespace WHERE nspname = $1',
    [schema],
  );
  if (row === undefined) throw new Error(`there is no schema ${schema}`);
  return row.owner === 'pg_database_owner' ? await readDatabaseOwner(session) : row.owner;
}

/**
 * The resources in an order in which Terraform may make them: each after what it depends on, and among those that may
 * come next the first or the last by address, so that a dependency that is missing shows.
 */
export function orderResources(all: readonly StateResource[], among: 'first' | 'last'): readonly StateResource[] {
  const direction = among === 'first' ? 1 : -1;
  const waiting = [...all].sort((a, b) => (a.address < b.address ? -direction : direction));
  const ordered: StateResource[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex(
      ({ depends_on = [] }) => !waiting.some(({ type, name }) => depends_on.includes(`${type}.${name}`)),
    );
    const [resource] = waiting.splice(next, 1);
    if (next === -1 || resource === undefined) throw new Error('resources depend on each other');
    ordered.push(resource);
  }
  return ordered;
}
