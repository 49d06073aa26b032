import type { Database } from '../../../src/database/connection.ts';

/** What PostgreSQL knows of who may do what in one database, as one line a fact. */
export type Rights = Readonly<Record<keyof typeof questions, readonly string[]>>;

/** Entries of an access list in one order: PostgreSQL keeps them as they came. */
const acl = (column: string) =>
  `(SELECT coalesce(string_agg(item::text, ' ' ORDER BY item::text COLLATE "C"), 'default') FROM unnest(${column}) AS item)`;
const ours = `('public', 'platform', 'pgstac')`;
const notOfExtension = (catalog: string, object: string) =>
  `NOT EXISTS (SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${object}.oid AND deptype = 'e')`;

const questions = {
  extensions: 'SELECT extname::text AS fact FROM pg_extension ORDER BY 1',
  roles: `SELECT format('%s super=%s login=%s createrole=%s createdb=%s inherit=%s limit=%s',
      rolname, rolsuper, rolcanlogin, rolcreaterole, rolcreatedb, rolinherit, rolconnlimit) AS fact
    FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`,
  memberships: `SELECT format('%s in %s, admin=%s, by %s', pg_get_userbyid(member), pg_get_userbyid(roleid),
      admin_option, pg_get_userbyid(grantor)) AS fact
    FROM pg_auth_members WHERE pg_get_userbyid(roleid) !~ '^pg_' ORDER BY 1`,
  settings: `SELECT format('%s in %s: %s', setrole::regrole, coalesce(datname, 'all'), setconfig) AS fact
    FROM pg_db_role_setting LEFT JOIN pg_database ON pg_database.oid = setdatabase ORDER BY 1`,
  databases: `SELECT format('%s of %s: %s', datname, pg_get_userbyid(datdba), ${acl('datacl')}) AS fact
    FROM pg_database ORDER BY 1`,
  schemas: `SELECT format('%s of %s: %s', nspname, pg_get_userbyid(nspowner), ${acl('nspacl')}) AS fact
    FROM pg_namespace WHERE nspname IN ${ours} ORDER BY 1`,
  relations: `SELECT format('%s of %s: %s', pg_class.oid::regclass, pg_get_userbyid(relowner), ${acl('relacl')}) AS fact
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname IN ${ours} AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${notOfExtension('pg_class', 'pg_class')}
    ORDER BY 1`,
  columns: `SELECT format('%s.%s: %s', attrelid::regclass, attname, ${acl('attacl')}) AS fact
    FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384 ORDER BY 1`,
  functions: `SELECT format('%s of %s: %s', pg_proc.oid::regprocedure, pg_get_userbyid(proowner), ${acl('proacl')}) AS fact
    FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE nspname IN ${ours} AND ${notOfExtension('pg_proc', 'pg_proc')} ORDER BY 1`,
  defaults: `SELECT format('%s in %s on %s: %s', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype,
      ${acl('defaclacl')}) AS fact
    FROM pg_default_acl ORDER BY 1`,
} as const;

export async function readRights(database: Database): Promise<Rights> {
  return await database.session(async (session) => {
    const facts: Record<string, readonly string[]> = {};
    for (const [name, sql] of Object.entries(questions))
      facts[name] = (await session.query<{ fact: string }>(sql)).map(({ fact }) => fact);
    return facts as Rights;
  });
}
