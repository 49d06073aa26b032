/**
 * Why an ingestion could not go on, where that is no bug: the command line turns `kind` into its exit code.
 * `arguments` 2 · `refused`, `source`, `database`, `lease` 4 · `interrupted` 130. A bad item is never one of these: it
 * goes to quarantine.
 */
export type IngestionFailureKind = 'arguments' | 'refused' | 'source' | 'database' | 'lease' | 'interrupted';

export class IngestionFailure extends Error {
  readonly kind: IngestionFailureKind;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(kind: IngestionFailureKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IngestionFailure';
    this.kind = kind;
    this.hint = options.hint;
  }
}

/** A file or folder that cannot be read, in words. */
export function failToRead(path: string, cause: unknown): never {
  if (cause instanceof IngestionFailure) throw cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const known = KNOWN_ERRORS[code ?? ''];
  throw new IngestionFailure('source', `cannot read ${path}: ${known?.message ?? message}`, {
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    cause,
  });
}

/** The system's own words name the place on this machine, which is not what the spec says. */
const KNOWN_ERRORS: Readonly<Record<string, { readonly message: string; readonly hint?: string }>> = {
  ENOENT: { message: 'it is not there', hint: 'paths are relative to the folder of the spec' },
  ENOTDIR: { message: 'a part of the path is no folder', hint: 'paths are relative to the folder of the spec' },
  EISDIR: { message: 'it is a folder', hint: 'a glob names the files in it, e.g. items/*.json' },
  EACCES: { message: 'permission denied' },
};

/** To be called at every safe point: between batches, between pages, while waiting. */
export function stopIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new IngestionFailure('interrupted', 'interrupted; what is committed is kept', {
      hint: 'run it again with the same --run to go on',
    });
}
