import { readSqlState } from './failure.ts';

const GO_ON = 'what is committed is kept; run it again with the same --run to go on';

/** What to do about faults of a server that pass by no attempt of ours, by SQLSTATE. */
const hints: Readonly<Record<string, string>> = {
  '53100': `the disk of the database server is full: make room or a larger one, then ${GO_ON}`,
  '53200': `the database server has no memory left: look at work_mem and at who else uses it; ${GO_ON}`,
  '53300': `all connections are taken: raise max_connections or the login's limit, or end who holds them; ${GO_ON}`,
  '25006': `this server may only be read: it is a standby, as after a failover, or was set so (Cloud SQL does where the disk is full). Name the one that takes writes; ${GO_ON}`,
  '57014': `statement_timeout, or somebody, ended a statement: give the login a longer one (ALTER ROLE … SET statement_timeout), then ${GO_ON}`,
};

/** Null where nothing more can be said than the server's own words. */
export function hintForFault(error: unknown): string | null {
  return hints[readSqlState(error) ?? ''] ?? null;
}
