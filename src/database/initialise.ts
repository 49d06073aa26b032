import { installerLock } from '../model/layout.ts';
import { type Login, listLogins } from '../model/logins.ts';
import type { Platform } from '../model/platform.ts';
import { type Database, describeTarget, type Session } from './connection.ts';
import { DatabaseFailure, describeError, readSqlState } from './failure.ts';
import { findMissingLogins, inspectPgstac, listPossibleExtensions, refuseAnother } from './inspect.ts';
import { quoteIdentifier } from './quote.ts';
import { rehearse } from './rehearse.ts';

/** The texts of `generated/<environment>/sql/`. */
export interface InitialiseScripts {
  readonly pgstac: Readonly<Record<'extensions' | 'roles' | 'platform' | 'settings' | 'logins', string>>;
  readonly ingest: Readonly<Record<'roles' | 'log' | 'logins', string>>;
}

export interface InitialisePorts {
  /** pgSTAC's own SQL; asked for only where it has to be installed. */
  obtainPgstacSql(): Promise<string>;
  /** One line for people. */
  say(line: string): void;
}

export interface InitialiseReport {
  /** `installed` now, or `present` before. */
  readonly pgstac: 'installed' | 'present';
  readonly missingLogins: readonly Login[];
}

/**
 * Makes both databases what the platform says; run again, it changes nothing. Both are looked at first, so that a
 * refusal of one leaves the other untouched. Each is done in one transaction; logins come last, in their own. Throws
 * `DatabaseFailure`: another platform's database, another pgSTAC, or what the server refuses.
 */
export async function initialiseDatabases(
  databases: { readonly pgstac: Database; readonly ingest: Database },
  platform: Platform,
  scripts: InitialiseScripts,
  ports: InitialisePorts,
): Promise<InitialiseReport> {
  const { pgstac, ingest } = databases;
  const isNew = await lookFirst(pgstac, scripts.pgstac.roles, ports, (session) =>
    refuseForeign(session, pgstac, platform),
  );
  await lookFirst(ingest, scripts.ingest.roles, ports, (session) => refuseAnother(session, ingest, platform));
  const sql = isNew ? await ports.obtainPgstacSql() : null;
  const installed = await initialisePgstac(pgstac, platform, scripts.pgstac, sql, ports);
  await lockedTransaction(ingest, ports, async (session) => {
    await runScript(session, 'ingest-1-roles.sql', scripts.ingest.roles);
    await refuseAnother(session, ingest, platform);
    await runScript(session, 'ingest-2-log.sql', scripts.ingest.log);
  });
  const missingLogins = [
    ...(await grantLogins(pgstac, listLogins(platform, 'pgstac'), 'pgstac-5-logins.sql', scripts.pgstac.logins, ports)),
    ...(await grantLogins(ingest, listLogins(platform, 'ingest'), 'ingest-3-logins.sql', scripts.ingest.logins, ports)),
  ];
  const names = new Set<string>();
  const once = missingLogins.filter(({ name }) => !names.has(name) && names.add(name));
  return { pgstac: installed ? 'installed' : 'present', missingLogins: once };
}

/** As a member of the group roles, since another installer's tables can be read by no one else; rolled back. */
async function lookFirst<T>(
  database: Database,
  roles: string,
  ports: InitialisePorts,
  look: (session: Session) => Promise<T>,
): Promise<T> {
  return await rehearse(
    (work) => lockedTransaction(database, ports, work),
    async (session) => {
      await runScript(session, 'the roles', roles);
      return await look(session);
    },
  );
}

async function initialisePgstac(
  database: Database,
  platform: Platform,
  scripts: InitialiseScripts['pgstac'],
  sql: string | null,
  ports: InitialisePorts,
): Promise<boolean> {
  return await lockedTransaction(database, ports, async (session) => {
    await runScript(session, 'pgstac-2-roles.sql', scripts.roles);
    const isNew = await refuseForeign(session, database, platform);
    await createExtensions(session, database, platform, scripts.extensions, ports);
    if (isNew) await installPgstac(session, sql ?? (await ports.obtainPgstacSql()), platform.databases.pgstac.version);
    await runScript(session, 'pgstac-3-platform.sql', scripts.platform);
    await runScript(session, 'pgstac-4-settings.sql', scripts.settings);
    return isNew;
  });
}

/** Runs pgSTAC's own SQL in the caller's transaction, after extensions and roles. */
export async function installPgstac(session: Session, sql: string, version: string): Promise<void> {
  // It ends inside SET ROLE and with a search_path, which a pooler would hand to the connection's next user.
  await runScript(session, `pgstac.${version}.sql`, `${sql}\n;RESET ROLE;\nRESET search_path;\n`);
  const state = await inspectPgstac(session);
  if (state.kind === 'known' && state.version === version) return;
  const found =
    state.kind === 'known' ? `pgSTAC ${state.version}` : state.kind === 'unknown' ? state.reason : 'no pgSTAC';
  throw new DatabaseFailure(`the SQL of pgSTAC ${version} made something else: ${found}`, {
    hint: 'databases.pgstac.pgstac and databases.pgstac.source name different releases',
  });
}

/** True where pgSTAC is to be installed. */
async function refuseForeign(session: Session, database: Database, platform: Platform): Promise<boolean> {
  await refuseAnother(session, database, platform);
  const wanted = platform.databases.pgstac.version;
  const state = await inspectPgstac(session);
  if (state.kind === 'absent') return true;
  if (state.kind === 'known' && state.version === wanted) return false;
  const found = state.kind === 'known' ? `pgSTAC ${state.version} is installed` : state.reason;
  const hint =
    database.target.kind === 'embedded'
      ? `delete ${database.target.folder} and load again, or set databases.pgstac.pgstac to what is there`
      : `set databases.pgstac.pgstac to what is there, or migrate with \`pypgstac migrate --toversion ${wanted}\` (this program does not migrate yet), or name an empty database`;
  throw new DatabaseFailure(
    `${describeTarget(database.target)}: ${found}, and the spec wants ${wanted}; nothing was changed`,
    { hint },
  );
}

/** An embedded PostgreSQL has only what is compiled in: the others are left out, and said. */
async function createExtensions(
  session: Session,
  database: Database,
  platform: Platform,
  script: string,
  ports: InitialisePorts,
): Promise<void> {
  if (database.target.kind === 'server') return await runScript(session, 'pgstac-1-extensions.sql', script);
  const wanted = platform.databases.pgstac.extensions;
  const possible = await listPossibleExtensions(session, database.target, wanted);
  for (const name of possible)
    await session.run(`CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} SCHEMA public`);
  const leftOut = wanted.filter((name) => !possible.includes(name));
  if (leftOut.length > 0) ports.say(`left out, the embedded database does not have it: ${leftOut.join(', ')}`);
}

/** The embedded database has no logins but its owner's. */
async function grantLogins(
  database: Database,
  logins: readonly Login[],
  name: string,
  script: string,
  ports: InitialisePorts,
): Promise<readonly Login[]> {
  if (database.target.kind === 'embedded') return [];
  await lockedTransaction(database, ports, (session) => runScript(session, name, script));
  const missing = await database.session((session) =>
    findMissingLogins(
      session,
      logins.map((login) => login.name),
    ),
  );
  return logins.filter((login) => missing.includes(login.name));
}

/** One installer of a database at a time, by a lock that ends with the transaction, so that a pooler may stand between. */
async function lockedTransaction<T>(
  database: Database,
  ports: InitialisePorts,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await database.transaction(async (session) => {
        const [row] = await session.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
          installerLock,
        ]);
        if (row?.locked !== true) {
          ports.say(`waiting for another installer of ${describeTarget(database.target)}`);
          await session.query('SELECT pg_advisory_xact_lock($1)', [installerLock]);
        }
        return await work(session);
      });
    } catch (error) {
      // Roles belong to the whole server, beyond the lock of one database: two of its databases may be done at once.
      if (tries === 5 || !/tuple concurrently (updated|deleted)/.test(describeError(error))) throw error;
    }
  }
}

async function runScript(session: Session, name: string, script: string): Promise<void> {
  try {
    await session.run(script);
  } catch (error) {
    const hint =
      readSqlState(error) === '42501'
        ? `this login may not do that: it needs CREATEROLE and to own the database; postgis, outside Cloud SQL, a superuser, who can run sql/pgstac-1-extensions.sql first`
        : 'the transaction was rolled back: nothing of it was kept';
    throw new DatabaseFailure(`${name}: ${describeError(error)}`, { hint, cause: error });
  }
}
