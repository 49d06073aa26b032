import { DatabaseFailure } from '../../database/failure.ts';
import { listMissingIn } from '../../database/missing-parts.ts';
import { readLoggedStatus, readStatus } from '../../ingest/run/read-status.ts';
import type { RunStatus, WantedStatus } from '../../ingest/run/run-status.ts';
import { adviseInit } from '../advise-init.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { explainRefusal, type Loaded, type Tried, tryDatabases } from '../databases.ts';
import { loadPlatform } from '../load.ts';
import { formatStatus, formatStatusJson } from '../status-output.ts';
import { findPipeline } from './choose-pipelines.ts';
import { type CommonOptions, readOptions } from './ingest-options.ts';

export interface StatusOptions extends CommonOptions {
  /** A UUID. */
  readonly run?: string | undefined;
  readonly pipeline?: string | undefined;
}

/** `platform ingest status`: the last runs, or one; changes nothing, and a reader's rights are enough. */
export async function runIngestStatus(context: Context, options: StatusOptions): Promise<ExitCode> {
  const { run, pipeline } = readOptions({ ...options, skip: true });
  const loaded = await loadPlatform(context, options);
  if (pipeline !== null) findPipeline(loaded, pipeline);
  const databases = await tryDatabases(context, loaded);
  try {
    const runs = await explainRefusal(() => readEither(context, loaded, databases, { run, pipeline }));
    if (run !== null && runs.length === 0)
      throw new CommandError(2, `there is no run ${run}${pipeline === null ? '' : ` of ${pipeline}`}`, {
        hint: 'platform ingest status lists the last ones',
      });
    context.stdout.write(
      options.format === 'json' ? formatStatusJson(runs, options) : formatStatus(runs, options, run),
    );
    return 0;
  } finally {
    await databases.close();
  }
}

/** What the pgstac database knows; where that cannot be reached, what the ingest database was told. */
async function readEither(
  context: Context,
  loaded: Loaded,
  { pgstac, ingest }: Tried,
  wanted: WantedStatus,
): Promise<readonly RunStatus[]> {
  const isKnown = !(pgstac instanceof DatabaseFailure);
  const database = isKnown ? pgstac : ingest;
  if (database instanceof DatabaseFailure) throw pgstac;
  const missing = await listMissingIn(database, isKnown ? 'pgstac' : 'ingest', loaded.platform);
  if (missing.length > 0)
    throw new CommandError(
      4,
      `the ${isKnown ? 'pgstac' : 'ingest'} database is not ready: ${missing.join(', ')} missing`,
      {
        hint: adviseInit(loaded, { pgstac, ingest }),
      },
    );
  if (isKnown) return await readStatus(database, wanted);
  context.stderr.write(`${pgstac.message}: what follows is what the ingest database was told\n`);
  return await readLoggedStatus(database, wanted);
}
