/**
 * A database that could not be used: unreachable, refusing, or not what it should be. The message names the variable,
 * the place and the server's own words with its SQLSTATE, and never a password. `cli/` turns it into exit 4.
 */
export class DatabaseFailure extends Error {
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DatabaseFailure';
    this.hint = options.hint;
  }
}

/** The five characters of PostgreSQL's Appendix A, e.g. `23514`, for an error of either driver; null for any other error. */
export function readSqlState(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : null;
}

/** The server's message with its SQLSTATE, or a system error's own words (`connect ECONNREFUSED …`). */
export function describeError(error: unknown): string {
  const message = readMessage(error);
  const state = readSqlState(error);
  return state === null ? message : `${message} (SQLSTATE ${state})`;
}

/** Node reports a name with several addresses as an AggregateError with an empty message. */
function readMessage(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(readMessage).join('; ');
  return error instanceof Error ? error.message : String(error);
}
