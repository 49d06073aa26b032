import type { Diagnostic } from './diagnostic.ts';

/** What a command found, for the programs that show it to people: a pull request's page, an editor. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  /** Generated files that are not what the spec compiles to. */
  readonly files: readonly FileFinding[];
  /** Why there is no answer at all: wrong arguments, a file that cannot be read. */
  readonly failure: Failure | null;
  readonly exitCode: number;
}

/** A file that is wrong as a whole, so that no line of it is to blame. */
export interface FileFinding {
  readonly rule: FileRule;
  readonly message: string;
  readonly file: string;
}

/** What a catalog's code is for a diagnostic. */
export interface FileRule {
  /** Stable, e.g. `file-edited`. */
  readonly id: string;
  readonly title: string;
  /** What it means and what to do, in a sentence or two. */
  readonly text: string;
}

export interface Failure {
  readonly message: string;
  readonly hint: string | undefined;
}

/** The message, and what to do about it on a line of its own. */
export function joinHint({ message, hint }: { readonly message: string; readonly hint?: string | undefined }): string {
  return hint === undefined ? message : `${message}\n→ ${hint}`;
}
