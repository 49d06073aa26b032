import { createColors } from 'picocolors';
import type { Context, ExitCode } from '../context.ts';
import { lookAtCredentials } from '../doctor/credentials.ts';
import { lookAtDatabases } from '../doctor/databases.ts';
import { type Finding, lookWithin } from '../doctor/finding.ts';
import { findInstaller } from '../doctor/install.ts';
import { lookAtNode } from '../doctor/node.ts';
import { lookAtPgstacSql } from '../doctor/pgstac-sql.ts';
import { lookAtArtifacts, lookAtSpec, type ProjectOptions } from '../doctor/project.ts';
import { createRunTool } from '../doctor/run-tool.ts';
import { lookAtTools } from '../doctor/tools.ts';

export interface DoctorOptions extends ProjectOptions {
  /** Seconds that each look may take. */
  readonly timeout: number;
  readonly format: 'pretty' | 'json';
}

/** `platform doctor`: what is there and what is missing, on this machine and in this project. Exit 1 where something is. */
export async function runDoctor(context: Context, options: DoctorOptions): Promise<ExitCode> {
  const findings = await lookAround(context, options);
  const missing = findings.filter(({ state }) => state === 'missing').length;
  if (options.format === 'json') context.stdout.write(`${JSON.stringify({ ok: missing === 0, findings })}\n`);
  else context.stdout.write(formatFindings(findings, missing, context.stdout.color));
  return missing === 0 ? 0 : 1;
}

/** Everything at once: what is slow, a program that starts or a server that does not answer, is so by itself. */
async function lookAround(context: Context, options: DoctorOptions): Promise<readonly Finding[]> {
  const limit = options.timeout * 1000;
  const installer = await findInstaller();
  const toolsFound = lookAtTools(createRunTool(context, limit), installer);
  const { loaded, finding: spec } = await lookAtSpec(context, options);
  const late: Finding = {
    name: 'databases',
    state: 'missing',
    found: `no answer within ${2 * options.timeout} s`,
    fix: 'look at the addresses in PGSTAC_DSN and INGEST_DB_DSN, and at the way there; --timeout gives it longer',
  };
  const [tools, credentials, sql, databases] = await Promise.all([
    toolsFound,
    lookAtCredentials(context),
    toolsFound.then((found) => lookAtPgstacSql(context, loaded, found)),
    // A connection is given up after half of that: this is for what comes after it.
    lookWithin(2 * limit, late, () => lookAtDatabases(context, loaded, options)),
  ]);
  return [
    lookAtNode(process.versions.node, installer),
    ...tools,
    credentials,
    ...sql,
    spec,
    ...(loaded === null ? [] : [lookAtArtifacts(context, loaded, options)]),
    ...databases,
  ];
}

function formatFindings(findings: readonly Finding[], missing: number, color: boolean): string {
  const colors = createColors(color);
  const paint = { ok: colors.green, note: colors.yellow, missing: colors.red };
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, found, fix }) => [
    `${paint[state](state.padEnd(7))}  ${name.padEnd(width)}  ${found}`,
    ...(fix === null ? [] : [`${' '.repeat(width + 11)}${colors.dim('→')} ${fix}`]),
  ]);
  const summary =
    missing === 0 ? 'nothing is missing' : `${missing} ${missing === 1 ? 'thing is' : 'things are'} missing`;
  return `${[...lines, '', summary].join('\n')}\n`;
}
