import type { Database } from '../database/connection.ts';
import { DatabaseFailure, readSqlState } from '../database/failure.ts';
import type { VirtualMachinesHosting } from '../model/hosting.ts';
import { shellArgument } from '../print/shell.ts';
import { CommandError } from './context.ts';
import type { LoadedPlatform } from './load.ts';
import { renderCommand } from './render-command.ts';

type Opened = { readonly [Name in 'pgstac' | 'ingest']: Database | DatabaseFailure };

/**
 * What makes what is missing from the databases: `platform db init`, with the spec and the environment as they were
 * given; or, where they were entered by the machines' own logins, which may not, the machines' startup script.
 */
export function adviseInit(loaded: LoadedPlatform, opened: Opened | null = null): string {
  return (opened && adviseStartup(loaded, opened)) ?? `run \`${renderCommand(['db', 'init'], loaded.given)}\``;
}

/** What `db init` failed with; where it was that a machine's login may not run it, with what does instead. */
export function withStartupAdvice(error: unknown, loaded: LoadedPlatform, opened: Opened): unknown {
  const hint = error instanceof CommandError && isForbidden(error) ? adviseStartup(loaded, opened) : null;
  return error instanceof CommandError && hint !== null
    ? new CommandError(error.exitCode, error.message, { hint, cause: error })
    : error;
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && (readSqlState(error) === '42501' || isForbidden(error.cause));
}

/** Null where no database was entered by a machine's own login. */
function adviseStartup({ platform: { gcp, hosting } }: LoadedPlatform, opened: Opened): string | null {
  if (hosting.kind !== 'virtualMachines') return null;
  const entered = (['pgstac', 'ingest'] as const).filter((name) => isEntered(opened[name], hosting[name].login));
  if (entered.length === 0) return null;
  const logins = entered.map((name) => hosting[name].login).join(' and ');
  const commands = entered.map((name) => `\`${renderStartup(hosting, hosting[name].machine, gcp.project)}\``);
  const older = 'an older pgSTAC it leaves alone: docs/virtual-machines.md, “Upgrading pgSTAC”';
  return `${logins} may not make it, the machine’s startup script does: run ${commands.join(' and ')} (${older})`;
}

function isEntered(database: Database | DatabaseFailure, login: string): boolean {
  return !(database instanceof DatabaseFailure) && database.target.kind === 'server' && database.target.user === login;
}

function renderStartup({ zone }: VirtualMachinesHosting, machine: string, project: string): string {
  const words = ['gcloud', 'compute', 'ssh', machine, '--tunnel-through-iap', `--zone=${zone}`, `--project=${project}`];
  return `${words.map((word) => shellArgument(word).text).join(' ')} --command='sudo google_metadata_script_runner startup'`;
}
