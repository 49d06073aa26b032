/** Everything a command may touch of the world; `main.ts` makes the only real one. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Results. */
  readonly stdout: Output;
  /** Talk: progress, warnings, mistakes. */
  readonly stderr: Output;
  readonly now: () => Date;
  /** Aborted by SIGINT and SIGTERM; a command stops at the next safe point and exits 130. */
  readonly signal: AbortSignal;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** In characters, as it is now; missing where this is no terminal. */
  readonly size?: { readonly columns: number; readonly rows: number };
}

/** 0 done; 1 the answer is no; 2 spec or arguments wrong; 3 done in part; 4 a database or source could not be used; 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/**
 * A way for a command to end early that is not a bug: `main.ts` prints the message (with the hint on a line of its own)
 * to stderr and exits with the code. Anything else that is thrown is a bug and keeps its stack.
 */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  /** Its words stand on stderr already, in another form. */
  isLogged = false;

  constructor(exitCode: ExitCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.hint = options.hint;
  }
}
