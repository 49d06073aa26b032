import { type DatabaseTarget, describePlace } from '../../database/connection.ts';
import { isOlderLayout } from '../../database/inspect.ts';
import { type DatabaseStatus, type PgstacStatus, readStatus } from '../../database/status.ts';
import { layoutVersion } from '../../model/layout.ts';
import { adviseInit } from '../advise-init.ts';
import type { Context, ExitCode } from '../context.ts';
import { explainRefusal, initialise, openDatabases } from '../databases.ts';
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
      const done = { installed: 'installed', present: 'was there', upgraded: 'took the older one’s place' }[state];
      context.stdout.write(`pgSTAC ${version} ${done}; schema platform and ingestion_log are ready\n`);
      if (missingLogins.length > 0) {
        const rows = missingLogins.map(({ name, role, owner }) => [`  ${name}`, role ?? '', owner]);
        context.stdout.write(`${['these logins do not exist yet:', ...alignRows(rows)].join('\n')}\n`);
        context.stderr.write(`make them (terraform apply), then ${adviseInit(loaded)} again\n`);
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
    const statuses = await explainRefusal(async () => [
      await readStatus(databases.pgstac, 'pgstac', loaded.platform),
      await readStatus(databases.ingest, 'ingest', loaded.platform),
    ]);
    const complete = statuses.every((status) => status.complete);
    if (options.format === 'json') context.stdout.write(`${JSON.stringify({ complete, databases: statuses })}\n`);
    else context.stdout.write(`${statuses.map(describeStatus).join('\n\n')}\n`);
    const remedies = new Set(statuses.flatMap(findRemedies));
    if (remedies.size > 0)
      context.stderr.write(
        'a database is another platform’s, of another layout or of another pgSTAC: nothing here uses it\n',
      );
    for (const remedy of remedies) context.stderr.write(`  → ${remedy}\n`);
    if (remedies.size === 0 && !complete)
      context.stderr.write(`something is missing: ${adviseInit(loaded, databases)}\n`);
    return complete ? 0 : 1;
  } finally {
    await databases.close();
  }
}

/** What to do where `db init` would refuse. */
function findRemedies({ remedy, pgstac }: DatabaseStatus): readonly string[] {
  if (remedy !== null) return [remedy];
  return pgstac?.action === 'refuse' && pgstac.detail !== null ? [pgstac.detail] : [];
}

function describeStatus(status: DatabaseStatus): string {
  const { installation, pgstac } = status;
  const owner = installation === null ? 'nobody’s yet' : `${installation.platform}, ${installation.environment}`;
  const older = installation !== null && isOlderLayout(installation);
  const layout = older ? `layout ${installation.version}: db init brings it to layout ${layoutVersion}` : null;
  const remark = status.mismatch ?? layout;
  const rows = [
    ...titleRows('server', [[`PostgreSQL ${status.server}`, describeTarget(status.target)]]),
    ...titleRows('platform', [remark === null ? [owner] : [owner, remark]]),
    ...titleRows(
      'extensions',
      status.extensions.map(({ name, version }) => [name, version ?? 'missing']),
    ),
    ...titleRows('pgSTAC', pgstac === null ? [] : [describePgstac(pgstac)]),
    ...titleRows(
      'tables',
      status.tables.map(({ name, rows }) => [name, rows === null ? 'missing' : countOf(rows)]),
    ),
    ...titleRows(
      'missing logins',
      status.missingLogins.map(({ name, owner }) => [name, owner]),
    ),
  ];
  return [status.database, ...alignRows(rows)].join('\n');
}

function titleRows(title: string, rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.map((row, index) => [index === 0 ? `  ${title}` : '', ...row]);
}

function describePgstac({ wanted, found, action, detail }: PgstacStatus): readonly string[] {
  if (found === wanted) return [found];
  const wish = `the spec wants ${wanted}`;
  return [found ?? 'missing', action === 'upgrade' ? `${wish}: db init upgrades it (${detail})` : wish];
}

function describeTarget(target: DatabaseTarget): string {
  return target.kind === 'embedded' ? 'embedded' : `${target.database} at ${describePlace(target)}`;
}

function countOf(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
