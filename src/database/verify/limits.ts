import { adminRoles, type GroupRole, groupRoles, listLogins } from '../../model/logins.ts';
import type { Platform } from '../../model/platform.ts';
import type { Session } from '../connection.ts';
import { readSqlState } from '../failure.ts';
import { readInstallation } from '../inspect.ts';
import { requireLayout } from './probe.ts';

type Name = 'pgstac' | 'ingest';

/** What no login of the spec may: to make things beside the platform, or to become who owns it. */
const nobody: Readonly<Record<string, string>> = {
  'make a table in public': 'CREATE TABLE public.platform_verify ()',
  'make a schema': 'CREATE SCHEMA platform_verify',
  'make a role': 'CREATE ROLE platform_verify',
  'change whose database it is': `UPDATE platform.installation SET version = '' WHERE false`,
};

/** What else a role may not, by statements that would change nothing if it might. */
const tries: Readonly<Record<GroupRole, Readonly<Record<string, string>>>> = {
  pgstac_read: {
    'become pgstac_admin': `SET LOCAL ROLE ${adminRoles.pgstac}`,
    'become pgstac_ingest': 'SET LOCAL ROLE pgstac_ingest',
    'write collections': `INSERT INTO pgstac.collections (content) SELECT '{}'::jsonb WHERE false`,
    'write items': 'DELETE FROM pgstac.items WHERE false',
    'make runs': "INSERT INTO platform.run (run, pipeline, shards) SELECT gen_random_uuid(), '', 1 WHERE false",
  },
  pgstac_ingest: {
    'become pgstac_admin': `SET LOCAL ROLE ${adminRoles.pgstac}`,
  },
  ingest_read: {
    'become ingest_admin': `SET LOCAL ROLE ${adminRoles.ingest}`,
    'become ingest_write': 'SET LOCAL ROLE ingest_write',
    'write the log': 'INSERT INTO public.ingestion_log SELECT * FROM public.ingestion_log WHERE false',
  },
  ingest_write: {
    'become ingest_admin': `SET LOCAL ROLE ${adminRoles.ingest}`,
    'change the log': `UPDATE public.ingestion_log SET outcome = 'loaded' WHERE false`,
  },
};

/** With `databases.ingest.retentionDays` a loader deletes what is older; without, it may delete nothing of these. */
const kept: Readonly<Partial<Record<GroupRole, Readonly<Record<string, string>>>>> = {
  pgstac_ingest: {
    'delete runs': 'DELETE FROM platform.run WHERE false',
    'delete receipts': 'DELETE FROM platform.receipt WHERE false',
  },
  ingest_write: { 'delete from the log': 'DELETE FROM public.ingestion_log WHERE false' },
};

/** Attributes of a login that let it do what grants do not say. */
const attributes = ['rolsuper', 'rolcreaterole', 'rolcreatedb', 'rolreplication', 'rolbypassrls'] as const;

/**
 * Whether this login may no more than the spec grants it: each thing that it must not is tried, and has to be refused
 * for want of rights (SQLSTATE 42501). A login that administers is no workload's, and nothing is tried with it.
 */
export async function checkLimits(session: Session, name: Name, platform: Platform): Promise<string> {
  const [login] = await session.query<
    Readonly<Record<(typeof attributes)[number] | 'is_admin', boolean>> & { user: string }
  >(
    `SELECT current_user::text AS user, pg_has_role(to_regrole($1), 'USAGE') AS is_admin, ${attributes.join(', ')}
     FROM pg_roles WHERE rolname = current_user`,
    [adminRoles[name]],
  );
  if (login === undefined) throw new Error('this login has no row in pg_roles');
  const granted = listLogins(platform, name).find((one) => one.name === login.user);
  if (granted === undefined && (login.is_admin || login.rolsuper))
    return 'none: this login administers, and is nobody’s in the spec; look again with one of the spec’s';
  requireLayout(await readInstallation(session));
  const had = attributes.filter((attribute) => login[attribute]).map((attribute) => attribute.slice(3).toUpperCase());
  const role = granted?.role ?? (await readRole(session, name));
  const keeps = platform.databases.ingest.retentionDays === null ? kept[role] : {};
  const all = { ...nobody, ...tries[role], ...keeps };
  const done: string[] = [];
  for (const [what, sql] of Object.entries(all)) if (await isAllowed(session, sql)) done.push(what);
  const may = [...had.map((attribute) => `has ${attribute}`), ...done.map((what) => `may ${what}`)];
  if (may.length > 0)
    throw new Error(`${login.user} ${may.join(', ')}: ${role} is all that ${granted?.owner ?? 'it'} should have here`);
  return `${Object.keys(all).length} things that ${role} must not are refused`;
}

/** Of a login that the spec does not name, as a member of a group: the most that it is let. */
async function readRole(session: Session, name: Name): Promise<GroupRole> {
  const [least, most] = groupRoles[name] as readonly [GroupRole, GroupRole];
  const [row] = await session.query<{ most: boolean }>(`SELECT pg_has_role(to_regrole($1), 'USAGE') AS most`, [most]);
  return row?.most === true ? most : least;
}

/** Whether the server lets it be done; it is undone either way. */
async function isAllowed(session: Session, sql: string): Promise<boolean> {
  await session.run('SAVEPOINT tried');
  try {
    await session.run(sql);
    return true;
  } catch (error) {
    if (readSqlState(error) !== '42501') throw error;
    return false;
  } finally {
    await session.run('ROLLBACK TO SAVEPOINT tried');
  }
}
