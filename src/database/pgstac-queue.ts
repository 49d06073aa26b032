import type { Database, Session } from './connection.ts';
import { hasRelation } from './inspect.ts';

/** Statements that pgSTAC put off are run here and now, in the caller's transaction; a failure stands in its history. */
export async function runQueued(session: Session): Promise<void> {
  await enterPgstac(session);
  await session.query('SELECT pgstac.run_queued_queries_intransaction()');
}

/**
 * Runs all that pgSTAC has put off, which with its setting use_queue nothing else may ever do, and gives how many
 * statements failed for good: pgstac.query_queue_history has why.
 * From 0.10 on each in a transaction of its own, as its procedure run_queued_queries has it, which itself takes its
 * search_path from the session and so does not work through a transaction pooler.
 */
export async function drainQueue(database: Database): Promise<number> {
  const start = await database.session(findQueue);
  if (start === null) return 0;
  if (!start.singly) await database.transaction(runQueued);
  else while (await database.transaction(runOneQueued));
  const [failed] = await database.session((session) =>
    session.query<{ count: number }>(
      `SELECT count(DISTINCT query)::int AS count FROM pgstac.query_queue_history AS h
       WHERE error IS NOT NULL AND finished >= $1::timestamptz
         AND NOT EXISTS (SELECT FROM pgstac.query_queue_history
                         WHERE query = h.query AND error IS NULL AND finished > h.finished)`,
      [start.now],
    ),
  );
  return failed?.count ?? 0;
}

/** Null where nothing waits. */
async function findQueue(session: Session): Promise<{ readonly singly: boolean; readonly now: string } | null> {
  if (!(await hasRelation(session, 'pgstac.query_queue'))) return null;
  const [found] = await session.query<{ waiting: boolean; singly: boolean; now: string }>(
    `SELECT EXISTS (SELECT FROM pgstac.query_queue) AS waiting, clock_timestamp()::text AS now,
       to_regprocedure('pgstac.run_queued_query()') IS NOT NULL AS singly`,
  );
  return found?.waiting === true ? found : null;
}

/** False where none is left to try. */
async function runOneQueued(session: Session): Promise<boolean> {
  await enterPgstac(session);
  const [row] = await session.query<{ ran: boolean }>('SELECT pgstac.run_queued_query() AS ran');
  if (row?.ran !== true) await session.query('SELECT pgstac.retire_queued_queries()');
  return row?.ran === true;
}

/**
 * pgSTAC's functions name its tables without the schema, and 0.9 takes a partition's month from the session's time zone:
 * both are set for the transaction only, so that a transaction pooler hands nothing on.
 */
export async function enterPgstac(session: Session): Promise<void> {
  await session.query(
    `SELECT set_config('search_path', 'pgstac, public', true), set_config('timezone', 'UTC', true),
       set_config('client_min_messages', 'warning', true)`,
  );
}
