/** The Admin API could not be read: what was wrong, and what to do. It holds nothing of a credential. */
export class LiveFailure extends Error {
  readonly hint: string;

  constructor(message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'LiveFailure';
    this.hint = options.hint;
  }
}
