import type { DatabaseTarget } from '../../database/connection.ts';
import { type DatabaseStatus, readStatus } from '../../database/status.ts';
import type { Context, ExitCode } from '../context.ts';
import { explainFailure, initialise, openDatabases } from '../databases.ts';
import { loadPlatform } from '../load.ts';
import { alignRows } from '../table.ts';

export interface DatabaseOptions {
  readonly spec?: string;
  readonly env?: string;
  readonly format: 'pretty' | 'json';
}

/** `platform db init`: exit 1 where logins are still missing after all else is done. */
export async function runDbInit(context: Context, options: DatabaseOptions): Promise<ExitCode> {
  const loaded = await loadPlatform(context, options);
  const databases = await openDatabases(context, loaded);
  try {
    const { missingLogins, pgstac } = await initialise(context, loaded, databases);
    const state = databases.isNew ? 'installed' : pgstac;
    const { version } = loaded.platform.databases.pgstac;
    if (options.format === 'json') {
      context.stdout.write(`${JSON.stringify({ pgstac: { version, state }, missingLogins })}\n`);
    } else {
      const done = state === 'installed' ? 'installed' : 'was there';
      context.stdout.write(`pgSTAC ${version} ${done}; schema platform and ingestion_log are ready\n`);
      if (missingLogins.length > 0) {
        const rows = missingLogins.map(({ name, role, owner }) => [`  ${name}`, role ?? '', owner]);
        context.stdout.write(`${['these logins do not exist yet:', ...alignRows(rows)].join('\n')}\n`);
        context.stderr.write('make them (terraform apply), then run `platform db init` again\n');
      }
    }
    return missingLogins.length === 0 ? 0 : 1;
  } finally {
    await databases.close();
  }
}

/** `platform db status`: exit 1 where something is missing. */
export async function runDbStatus(context: Context, options: DatabaseOptions): Promise<ExitCode> {
  const loaded = await loadPlatform(context, options);
  const databases = await openDatabases(context, loaded, { create: false });
  try {
    const statuses = await explainFailure(async () => [
      await readStatus(databases.pgstac, 'pgstac', loaded.platform),
      await readStatus(databases.ingest, 'ingest', loaded.platform),
    ]);
    const complete = statuses.every((status) => status.complete);
    if (options.format === 'json') context.stdout.write(`${JSON.stringify({ complete, databases: statuses })}\n`);
    else context.stdout.write(`${statuses.map(describeStatus).join('\n\n')}\n`);
    if (!complete) context.stderr.write('something is missing: run `platform db init`\n');
    return complete ? 0 : 1;
  } finally {
    await databases.close();
  }
}

function describeStatus(status: DatabaseStatus): string {
  const { installation, pgstac } = status;
  const rows = [
    ['server', `PostgreSQL ${status.server}`, describeTarget(status.target)],
    ['platform', installation === null ? 'nobody’s yet' : `${installation.platform}, ${installation.environment}`],
    ...status.extensions.map(({ name, version }, index) => [
      index === 0 ? 'extensions' : '',
      name,
      version ?? 'missing',
    ]),
    ...(pgstac === null
      ? []
      : [
          [
            'pgSTAC',
            pgstac.found ?? 'missing',
            pgstac.found === pgstac.wanted ? '' : `the spec wants ${pgstac.wanted}`,
          ],
        ]),
    ...status.tables.map(({ name, rows }, index) => [
      index === 0 ? 'tables' : '',
      name,
      rows === null ? 'missing' : countOf(rows),
    ]),
    ...status.missingLogins.map(({ name, owner }, index) => [index === 0 ? 'missing logins' : '', name, owner]),
  ];
  return [status.database, ...alignRows(rows.map((row) => [`  ${row[0]}`, ...row.slice(1)]))].join('\n');
}

function describeTarget(target: DatabaseTarget): string {
  return target.kind === 'embedded' ? 'embedded' : `${target.database} at ${target.host}:${target.port}`;
}

function countOf(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
