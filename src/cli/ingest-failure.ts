import { describeError, readSqlState } from '../database/failure.ts';
import { hintForFault } from '../database/server-faults.ts';
import { IngestionFailure, type IngestionFailureKind } from '../ingest/failure.ts';
import { isLostConnection } from '../ingest/load/retry.ts';
import { CommandError, type ExitCode } from './context.ts';
import { explainFailure, hintForRights } from './databases.ts';

const exitCodes: Readonly<Record<IngestionFailureKind, ExitCode>> = {
  arguments: 2,
  refused: 4,
  source: 4,
  database: 4,
  lease: 4,
  interrupted: 130,
};

/** Failures that running the same again is all there is to do about. */
const goneOn: ReadonlySet<IngestionFailureKind> = new Set(['interrupted', 'database']);

/**
 * An ingestion's failure, or a database's, as the command's end.
 *
 * @param goOn What to type to go on with the run, where there is one.
 */
export async function explainIngestion<T>(work: () => Promise<T>, goOn?: string): Promise<T> {
  try {
    return await explainFailure(work);
  } catch (error) {
    const again = goOn === undefined ? undefined : `to go on: ${goOn}`;
    if (error instanceof IngestionFailure) {
      const hint = goneOn.has(error.kind) ? (again ?? error.hint) : (error.hint ?? again);
      throw new CommandError(exitCodes[error.kind], error.message, {
        ...(hint === undefined ? {} : { hint }),
        cause: error,
      });
    }
    if (isLostConnection(error))
      throw new CommandError(4, `the connection to a database was lost: ${describeError(error)}`, {
        hint: `what is committed is kept; ${again ?? 'run it again with the same --run to go on'}`,
        cause: error,
      });
    if (readSqlState(error) !== null)
      throw new CommandError(4, `the database refused: ${describeError(error)}`, {
        hint:
          hintForRights(error) ??
          hintForFault(error) ??
          'platform db status shows what is missing; what is committed is kept',
        cause: error,
      });
    throw error;
  }
}
