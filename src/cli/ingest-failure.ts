import { describeError, readSqlState } from '../database/failure.ts';
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

/** An ingestion's failure, or a database's, as the command's end. */
export async function explainIngestion<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await explainFailure(work);
  } catch (error) {
    if (error instanceof IngestionFailure)
      throw new CommandError(exitCodes[error.kind], error.message, {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error,
      });
    if (isLostConnection(error))
      throw new CommandError(4, `the connection to a database was lost: ${describeError(error)}`, {
        hint: 'what is committed is kept; run it again with the same --run to go on',
        cause: error,
      });
    if (readSqlState(error) !== null)
      throw new CommandError(4, `the database refused: ${describeError(error)}`, {
        hint: hintForRights(error) ?? 'platform db status shows what is missing; what is committed is kept',
        cause: error,
      });
    throw error;
  }
}
