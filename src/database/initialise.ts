import { isDeepStrictEqual } from 'node:util';
import { installerLock } from '../model/layout.ts';
import { type Login, listLogins } from '../model/logins.ts';
import type { Platform } from '../model/platform.ts';
import { type Database, describeTarget, type Session } from './connection.ts';
import { describeError } from './failure.ts';
import { findMissingLogins, inspectPgstac, listPossibleExtensions, refuseAnother } from './inspect.ts';
import {
  type InitialisePorts,
  makePgstac,
  obtainSql,
  type PgstacOutcome,
  type PgstacSql,
  runPutOff,
} from './make-pgstac.ts';
import { planPgstac, refusePlan } from './pgstac-plan.ts';
import { quoteIdentifier } from './quote.ts';
import { rehearse } from './rehearse.ts';
import { runScript } from './run-script.ts';

/** The texts of `generated/<environment>/sql/`. */
export interface InitialiseScripts {
  readonly pgstac: Readonly<Record<'extensions' | 'roles' | 'platform' | 'settings' | 'logins', string>>;
  readonly ingest: Readonly<Record<'roles' | 'log' | 'logins', string>>;
}

export interface InitialiseReport {
  readonly pgstac: PgstacOutcome;
  readonly missingLogins: readonly Login[];
}

/**
 * Makes both databases what the platform says; run again, it changes nothing. Both are looked at first, so that a
 * refusal of one leaves the other untouched. Each is done in one transaction, an upgrade of pgSTAC among it; what pgSTAC
 * puts off and the logins come after, in their own. Throws `DatabaseFailure`: another platform's database, a pgSTAC that
 * is later or unknown, or what the server refuses.
 */
export async function initialiseDatabases(
  databases: { readonly pgstac: Database; readonly ingest: Database },
  platform: Platform,
  scripts: InitialiseScripts,
  ports: InitialisePorts,
): Promise<InitialiseReport> {
  const { pgstac, ingest } = databases;
  const plan = await lookFirst(pgstac, scripts.pgstac.roles, ports, (session) =>
    refuseForeign(session, pgstac, platform),
  );
  await lookFirst(ingest, scripts.ingest.roles, ports, (session) => refuseAnother(session, ingest, platform));
  const outcome = await initialisePgstac(pgstac, platform, scripts.pgstac, await obtainSql(plan, ports), ports);
  await runPutOff(pgstac, ports);
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
  return { pgstac: outcome, missingLogins: once };
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
  obtained: PgstacSql,
  ports: InitialisePorts,
): Promise<PgstacOutcome> {
  return await lockedTransaction(database, ports, async (session) => {
    await runScript(session, 'pgstac-2-roles.sql', scripts.roles);
    const plan = await refuseForeign(session, database, platform);
    await createExtensions(session, database, platform, scripts.extensions, ports);
    // Another installer may have been at it since we looked.
    const sql = isDeepStrictEqual(plan, obtained.plan) ? obtained : await obtainSql(plan, ports);
    const outcome = await makePgstac(session, database, platform.databases.pgstac.version, sql, ports);
    await runScript(session, 'pgstac-3-platform.sql', scripts.platform);
    await runScript(session, 'pgstac-4-settings.sql', scripts.settings);
    return outcome;
  });
}

/** What is to be done about pgSTAC. */
async function refuseForeign(session: Session, database: Database, platform: Platform): Promise<PgstacSql['plan']> {
  await refuseAnother(session, database, platform);
  const wanted = platform.databases.pgstac.version;
  const plan = planPgstac(await inspectPgstac(session), wanted);
  if (plan.kind === 'refuse') refusePlan(plan, database.target, wanted);
  return plan;
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
      // Roles belong to the whole server, beyond the lock of one database: two of its databases may be done at once. And
      // an upgrade wants locks that a loader or reader may hold while it waits for one of ours (40P01).
      if (tries === 5 || !/tuple concurrently (updated|deleted)|SQLSTATE 40P01/.test(describeError(error))) throw error;
    }
  }
}
