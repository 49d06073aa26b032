/** What a value fails at. */
export interface SchemaError {
  /** JSON pointer into the value. */
  readonly at: string;
  /** Of JSON Schema: `required`, `maximum` … */
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What is wanted: `must be <= 100`. */
  readonly message: string;
}

/** No errors: the value is good. Of branches that all fail, each one's first error and then their own. */
export type Validator = (value: unknown) => readonly SchemaError[];

export type Compile = (url: string) => Promise<Validator>;

/** A schema that is there, and no validator can be made of it. */
export class UnusableSchema extends Error {
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'UnusableSchema';
    this.url = url;
  }
}
