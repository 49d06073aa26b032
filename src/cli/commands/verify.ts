import { DatabaseFailure } from '../../database/failure.ts';
import { verifyDatabases } from '../../database/verify.ts';
import { adviseInit } from '../advise-init.ts';
import type { Context, ExitCode } from '../context.ts';
import { explainRefusal, tryDatabases } from '../databases.ts';
import { loadPlatform } from '../load.ts';
import { alignRows } from '../table.ts';
import type { DatabaseOptions } from './db.ts';

/** `platform verify`: exit 1 where a check fails, 4 where a database could not be reached. Nothing that it tries is kept. */
export async function runVerify(context: Context, options: DatabaseOptions): Promise<ExitCode> {
  const loaded = await loadPlatform(context, options);
  const databases = await tryDatabases(context, loaded);
  try {
    const checks = await explainRefusal(() => verifyDatabases(databases, loaded.platform, () => performance.now()));
    const failed = checks.filter(({ ok }) => !ok).length;
    if (options.format === 'json') {
      context.stdout.write(`${JSON.stringify({ ok: failed === 0, checks })}\n`);
    } else {
      const rows = checks.map(({ database, name, ok, detail, milliseconds }) => [
        ok ? 'ok' : 'FAILED',
        database,
        name,
        `${milliseconds.toFixed(0).padStart(5)} ms`,
        detail,
      ]);
      const summary = failed === 0 ? 'every check passed' : `${failed} of ${checks.length} checks failed`;
      context.stdout.write(`${[...alignRows(rows), '', summary].join('\n')}\n`);
    }
    if (checks.some(({ needsInit }) => needsInit))
      context.stderr.write(`something is missing: ${adviseInit(loaded, databases)}\n`);
    const unreachable = [databases.pgstac, databases.ingest].filter((one) => one instanceof DatabaseFailure);
    for (const hint of new Set(unreachable.map((failure) => failure.hint))) if (hint) context.stderr.write(`${hint}\n`);
    if (unreachable.length > 0) return 4;
    return failed === 0 ? 0 : 1;
  } finally {
    await databases.close();
  }
}
