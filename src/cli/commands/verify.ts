import { DatabaseFailure } from '../../database/failure.ts';
import { verifyDatabases } from '../../database/verify/verify.ts';
import { adviseInit } from '../advise-init.ts';
import { adviseReach } from '../advise-reach.ts';
import type { Context, ExitCode } from '../context.ts';
import { explainRefusal, type Loaded, tryDatabases } from '../databases.ts';
import { formatJunit } from '../junit.ts';
import { loadPlatform } from '../load.ts';
import { findServers } from '../servers.ts';
import { alignRows } from '../table.ts';
import { type ShownCheck, verifyInstance } from '../verify-instance.ts';
import type { DatabaseOptions } from './db.ts';

export interface VerifyOptions extends Omit<DatabaseOptions, 'format'> {
  readonly format: DatabaseOptions['format'] | 'junit';
}

/** `platform verify`: exit 1 where a check fails, 4 where a database could not be reached. Nothing that it tries is kept. */
export async function runVerify(context: Context, options: VerifyOptions): Promise<ExitCode> {
  const loaded = await loadPlatform(context, options);
  const databases = await tryDatabases(context, loaded);
  try {
    const inside = await explainRefusal(() => verifyDatabases(databases, loaded.platform, () => performance.now()));
    const around = findServers(context) === null ? [] : await verifyInstance(context, loaded.platform);
    const checks = [...inside, ...around];
    const failed = checks.filter(({ ok }) => !ok).length;
    context.stdout.write(formatChecks(options.format, loaded.platform, checks));
    if (checks.some(({ needsInit }) => needsInit))
      context.stderr.write(`something is missing: ${adviseInit(loaded, databases)}\n`);
    const unreachable = [databases.pgstac, databases.ingest].filter((one) => one instanceof DatabaseFailure);
    const hints = unreachable.flatMap(({ hint }) => hint ?? []);
    if (unreachable.length > 0) hints.push(adviseReach(loaded.platform));
    for (const hint of new Set(hints)) context.stderr.write(`${hint}\n`);
    if (unreachable.length > 0) return 4;
    return failed === 0 ? 0 : 1;
  } finally {
    await databases.close();
  }
}

function formatChecks(
  format: VerifyOptions['format'],
  { name, environment }: Loaded['platform'],
  checks: readonly ShownCheck[],
): string {
  const failed = checks.filter(({ ok }) => !ok).length;
  switch (format) {
    case 'json':
      return `${JSON.stringify({ ok: failed === 0, checks })}\n`;
    case 'junit':
      return formatJunit(
        `platform verify ${name} ${environment}`,
        checks.map(({ database, ...check }) => ({ ...check, suite: database })),
      );
    case 'pretty': {
      const rows = checks.map(({ database, name: check, ok, isSkipped, detail, milliseconds }) => [
        isSkipped ? '-' : ok ? 'ok' : 'FAILED',
        database,
        check,
        `${milliseconds.toFixed(0).padStart(5)} ms`,
        detail,
      ]);
      const summary = failed === 0 ? 'every check passed' : `${failed} of ${checks.length} checks failed`;
      return `${[...alignRows(rows), '', summary].join('\n')}\n`;
    }
    default:
      return format satisfies never;
  }
}
