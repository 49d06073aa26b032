import type { Session } from './connection.ts';
import { DatabaseFailure } from './failure.ts';
import { inspectPgstac } from './inspect.ts';
import { runScript } from './run-script.ts';

/** Runs pgSTAC's own SQL in the caller's transaction, after extensions and roles. */
export async function installPgstac(session: Session, sql: string, version: string): Promise<void> {
  await runPgstacSql(session, `pgstac.${version}.sql`, sql);
  const found = await describeOther(session, version);
  if (found === null) return;
  throw new DatabaseFailure(`the SQL of pgSTAC ${version} made something else: ${found}`, {
    hint: 'databases.pgstac.pgstac and databases.pgstac.source name different releases',
  });
}

/**
 * pgSTAC's files are written to be run by themselves: some begin and commit a transaction of their own, which would be
 * ours, and they end inside SET ROLE and with settings, which a pooler would hand to the connection's next user.
 */
export async function runPgstacSql(session: Session, name: string, sql: string): Promise<void> {
  const inner = /^\s*BEGIN\s*;([\s\S]*)\bCOMMIT\s*;\s*$/i.exec(sql)?.[1] ?? sql;
  const settings = ['ROLE', 'search_path', 'client_min_messages', 'check_function_bodies'];
  const resets = settings.map((setting) => `RESET ${setting};`);
  await runScript(session, name, `${inner}\n;${resets.join('\n')}\n`);
}

/** What is installed instead of a release; null where it is that one. */
export async function describeOther(session: Session, version: string): Promise<string | null> {
  const state = await inspectPgstac(session);
  switch (state.kind) {
    case 'absent':
      return 'no pgSTAC';
    case 'unknown':
      return state.reason;
    case 'older':
    case 'known':
      return state.version === version ? null : `pgSTAC ${state.version}`;
  }
}
