import { type Database, describeTarget, type Session } from './connection.ts';
import { DatabaseFailure } from './failure.ts';
import { hasRelation } from './inspect.ts';
import { describeOther, runPgstacSql } from './install-pgstac.ts';
import { runQueued } from './pgstac-queue.ts';
import { runScript } from './run-script.ts';

/** Who then holds the leases of shards that were at work. */
export const upgradeHolder = 'platform db init, which upgraded pgSTAC';

export interface MigrationScript {
  /** `pgstac.FROM-TO.sql`. */
  readonly name: string;
  readonly sql: string;
}

/**
 * Migrates an installed pgSTAC in the caller's transaction, after the roles. Loaders wait and then find their leases
 * taken, so that none writes what it made for the old release; readers wait for the transaction's end. Whatever goes
 * wrong is a `DatabaseFailure`, and the old release is whole. `drainQueue` belongs after the commit.
 */
export async function upgradePgstac(
  session: Session,
  database: Database,
  wanted: string,
  scripts: readonly MigrationScript[],
): Promise<void> {
  await requireRights(session, database);
  // A reader in a long transaction would hold us off, and we all others behind it.
  await session.query(`SELECT set_config('lock_timeout', '60s', true)`);
  await stopLoaders(session);
  await emptyQueue(session);
  // As the files themselves advise for a large catalog: each partition's upkeep later, in a transaction of its own,
  // instead of the locks on all of them until the end.
  await session.query(`SELECT set_config('pgstac.use_queue', 'true', true)`);
  for (const { name, sql } of scripts) await runPgstacSql(session, name, sql);
  const found = await describeOther(session, wanted);
  if (found === null) return;
  throw new DatabaseFailure(`the migrations to pgSTAC ${wanted} made something else: ${found}`, {
    hint: 'what was there was no released pgSTAC: it is as it was, and can be moved by pgSTAC’s own tools only',
  });
}

/**
 * What pgSTAC's migrations do as the installer, asked before rather than met half-way: they make schema and roles IF NOT
 * EXISTS, which takes the right to make them, and grant and alter the roles, which since PostgreSQL 16 takes their ADMIN
 * OPTION. The login that installed has it all; another one may not.
 */
async function requireRights(session: Session, database: Database): Promise<void> {
  const [missing] = await session.query<{
    login: string;
    create: string | null;
    make: string | null;
    roles: string | null;
  }>(
    `SELECT quote_ident(current_user) AS login,
       CASE WHEN NOT has_database_privilege(current_database(), 'CREATE')
         THEN format('GRANT CREATE ON DATABASE %I TO pgstac_admin', current_database()) END AS create,
       CASE WHEN NOT rolcreaterole THEN format('ALTER ROLE %I CREATEROLE', current_user) END AS make,
       (SELECT format('GRANT %s TO %I WITH ADMIN OPTION', string_agg(quote_ident(role), ', '), current_user)
        FROM unnest(ARRAY['pgstac_admin', 'pgstac_read', 'pgstac_ingest']) AS role
        WHERE current_setting('server_version_num')::int >= 160000 AND NOT pg_has_role(role, 'MEMBER WITH ADMIN OPTION')
        HAVING count(*) > 0) AS roles
     FROM pg_roles WHERE rolname = current_user AND NOT rolsuper`,
  );
  const statements = [missing?.create, missing?.make, missing?.roles].filter((one) => typeof one === 'string');
  if (statements.length === 0) return;
  throw new DatabaseFailure(
    `${describeTarget(database.target)}: login ${missing?.login} may not migrate pgSTAC; nothing was changed`,
    { hint: `whoever installed it, or a superuser, runs first: ${statements.join('; ')}` },
  );
}

/**
 * A batch's first statement writes its receipt and a partition's first its note: both wait here until nothing of theirs
 * is under way, so that no loader holds a table of pgSTAC that the migration wants while it waits for us. A higher epoch
 * ends every shard at work, whose runner knows the old release's layout. Who takes a lease now waits as well, lest it
 * read the old layout meanwhile; only then, since a batch under way still looks at its lease.
 */
async function stopLoaders(session: Session): Promise<void> {
  if (!(await hasRelation(session, 'platform.lease'))) return;
  const locks = [
    'LOCK TABLE platform.receipt, platform.stale_partition IN EXCLUSIVE MODE',
    'LOCK TABLE platform.lease IN SHARE ROW EXCLUSIVE MODE',
  ];
  for (const lock of locks) await runScript(session, 'waiting for loaders', lock);
  await session.query(
    'UPDATE platform.lease SET epoch = epoch + 1, holder = $1, expires = clock_timestamp() WHERE NOT done',
    [upgradeHolder],
  );
}

/** Queued statements name functions that may go. Statistics are not made now: the migration asks for all of them anew. */
async function emptyQueue(session: Session): Promise<void> {
  if (!(await hasRelation(session, 'pgstac.query_queue'))) return;
  await session.query(`DELETE FROM pgstac.query_queue WHERE query LIKE 'SELECT update_partition_stats(%'`);
  await runQueued(session);
}
