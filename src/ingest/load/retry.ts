import type { Database } from '../../database/connection.ts';
import { DatabaseFailure, describeError, readSqlState } from '../../database/failure.ts';
import { hintForFault } from '../../database/server-faults.ts';
import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import type { Ports } from '../ports.ts';

/**
 * SQLSTATEs after which the same transaction may succeed (PostgreSQL's documentation, appendix A): serialization,
 * deadlock, a transaction of unknown outcome (its receipt tells), a lock not had, an object in use, a partition whose
 * constraint was made narrower meanwhile (23514), an item that another loader put there meanwhile (23505), a session that
 * was ended because this machine slept (25P03) or by an administrator, a server that ends, starts, is short of memory or
 * has no connection left. Not a full disk, a statement_timeout, a database that was dropped or may only be read: who
 * can do something about it has to hear of it.
 */
const RETRIED = /^(40001|40P01|40003|55P03|55006|23514|23505|25P03|57P0[1235]|53200|53300|08...)$/;
/** The system's words, the driver's and those of its stream of rows, which ends with the connection. */
const LOST_CONNECTION =
  /ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Premature close/;

const ATTEMPTS = 10;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 15_000;

/** Thrown within a transaction to have it rolled back and run again: it met another loader's work. */
export class MetAnother extends Error {}

export interface RetryOptions extends Pick<Ports, 'clock' | 'signal' | 'report'> {
  /** Told before each new attempt. */
  readonly onRetry?: (error: unknown) => void;
}

/** Runs `work`, again where that can help, with waits that grow. `work` must be one transaction, or harmless to repeat. */
export async function retryTransaction<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt === ATTEMPTS)
        throw new IngestionFailure('database', `given up after ${ATTEMPTS} attempts: ${describeError(error)}`, {
          hint: hintForFault(error) ?? 'what is committed is kept; run it again with the same --run to go on',
          cause: error,
        });
      options.report({ kind: 'retry', of: 'database', reason: describeError(error) });
      options.onRetry?.(error);
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
      await options.clock.sleep(wait * (0.5 + Math.random() / 2), options.signal);
      stopIfInterrupted(options.signal);
    }
  }
}

/** A database each of whose sessions is tried again. For who asks one thing at a time, which does no harm asked twice. */
export function retrySessions(database: Database, options: RetryOptions): Database {
  return { ...database, session: (work) => retryTransaction(options, () => database.session(work)) };
}

/** Whether the same transaction may succeed when it is run again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof MetAnother) return true;
  if (error instanceof IngestionFailure) return false;
  const cause = error instanceof DatabaseFailure ? error.cause : error;
  const state = readSqlState(cause);
  return state === null ? isLostConnection(cause) : RETRIED.test(state);
}

/** Whether the connection failed, rather than what was asked through it. */
export function isLostConnection(error: unknown): boolean {
  return readSqlState(error) === null && LOST_CONNECTION.test(describeError(error));
}

/** Whether the database refused a value for what it is: no other attempt would do better. */
export function isRefusal(error: unknown): boolean {
  const state = readSqlState(error);
  return state !== null && (/^(22|54|XX000)/.test(state) || state === '23502');
}
