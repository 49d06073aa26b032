import type { Database, Session } from './connection.ts';
import { installPgstac } from './install-pgstac.ts';
import type { Migration } from './migrations.ts';
import { describePath, type PgstacPlan } from './pgstac-plan.ts';
import { drainQueue } from './pgstac-queue.ts';
import { type MigrationScript, upgradePgstac } from './upgrade-pgstac.ts';

export interface InitialisePorts {
  /** pgSTAC's own SQL; asked for only where it has to be installed. */
  obtainPgstacSql(): Promise<string>;
  /** pgSTAC's own steps from an older release; asked for only where one is installed. */
  obtainMigrations(path: readonly Migration[]): Promise<readonly MigrationScript[]>;
  /** One line for people. */
  say(line: string): void;
}

/** `present` before, or made now. */
export type PgstacOutcome = 'installed' | 'upgraded' | 'present';

/** What a plan needs, fetched before anything is locked. */
export interface PgstacSql {
  readonly plan: Exclude<PgstacPlan, { kind: 'refuse' }>;
  /** The whole release, or the steps to it; none where it stays. */
  readonly scripts: readonly MigrationScript[];
}

export async function obtainSql(plan: PgstacSql['plan'], ports: InitialisePorts): Promise<PgstacSql> {
  switch (plan.kind) {
    case 'keep':
      return { plan, scripts: [] };
    case 'install':
      return { plan, scripts: [{ name: 'pgstac.sql', sql: await ports.obtainPgstacSql() }] };
    case 'upgrade':
      return { plan, scripts: await ports.obtainMigrations(plan.path) };
  }
}

export async function makePgstac(
  session: Session,
  database: Database,
  version: string,
  { plan, scripts }: PgstacSql,
  ports: InitialisePorts,
): Promise<PgstacOutcome> {
  switch (plan.kind) {
    case 'keep':
      return 'present';
    case 'install':
      for (const { sql } of scripts) await installPgstac(session, sql, version);
      return 'installed';
    case 'upgrade':
      ports.say(`upgrading pgSTAC ${describePath(plan)}: readers and loaders wait`);
      await upgradePgstac(session, database, version, scripts);
      return 'upgraded';
  }
}

/** After an upgrade the upkeep of each partition; also what an installer that was cut off has left. */
export async function runPutOff(database: Database, ports: InitialisePorts): Promise<void> {
  const failed = await drainQueue(database);
  if (failed > 0)
    ports.say(
      `${failed} of the statements that pgSTAC had queued failed, and its statistics may be old: SELECT query, error FROM pgstac.query_queue_history WHERE error IS NOT NULL`,
    );
}
