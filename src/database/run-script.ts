import type { Session } from './connection.ts';
import { DatabaseFailure, describeError, readSqlState } from './failure.ts';

/** Runs a script in the caller's transaction; what it is refused is a `DatabaseFailure` that names it. */
export async function runScript(session: Session, name: string, script: string): Promise<void> {
  try {
    await session.run(script);
  } catch (error) {
    throw new DatabaseFailure(`${name}: ${describeError(error)}`, { hint: adviseFor(error), cause: error });
  }
}

function adviseFor(error: unknown): string {
  switch (readSqlState(error)) {
    case '42501':
      return 'this login may not do that: it needs CREATEROLE and to own the database; postgis, outside Cloud SQL, a superuser, who can run sql/pgstac-1-extensions.sql first';
    case '55P03':
      return 'another session holds a table of pgSTAC in a long transaction (pg_stat_activity shows it): nothing was kept; run it again when that has ended';
    default:
      return 'the transaction was rolled back: nothing of it was kept';
  }
}
