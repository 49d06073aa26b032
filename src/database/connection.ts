/**
 * One database, real or embedded, behind the few calls the rest of the code needs. Values travel as parameters, never
 * inside SQL text.
 */
export interface Database {
  readonly target: DatabaseTarget;
  /**
   * One connection for the length of `work`, outside any transaction. The embedded database has only one, so sessions
   * queue there, and one inside another throws instead of waiting for ever.
   */
  session<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** One connection, one transaction: COMMIT when `work` resolves, ROLLBACK when it throws. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Statements run in the order in which they are asked for, and one may be asked for before the one before it has ended,
 * which saves a round trip: `together` then waits for both.
 */
export interface Session {
  /**
   * One statement, `$1`-style parameters; rows as plain objects (json parsed, bigint, date and timestamp as string,
   * timestamptz as Date, bytea as Uint8Array). A json parameter is given as its text.
   */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** A script of several statements without parameters. */
  run(script: string): Promise<void>;
  /** COPY … FROM STDIN, text in UTF-8; resolves to the number of rows. */
  copyInto(table: CopyTable, rows: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number>;
}

/**
 * The results of statements that were asked for without waiting in between, once all of them have ended. Throws what the
 * first that failed did: in a transaction the others only say that it is aborted.
 */
export async function together<T extends readonly unknown[]>(
  statements: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const results = await Promise.allSettled(statements);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }) as unknown as T;
}

export interface CopyTable {
  readonly schema: string | null;
  readonly name: string;
  readonly columns: readonly string[];
  /** Of the rows: PostgreSQL's text format unless said otherwise. In the binary one they stand in `frameRows`. */
  readonly format?: 'text' | 'binary';
}

/** Where a database is, in words that may be shown: there is no password in it. */
export type DatabaseTarget =
  | { readonly kind: 'embedded'; readonly folder: string }
  | {
      readonly kind: 'server';
      /** The environment variable that named it, `PGSTAC_DSN`, `PGSTAC_URI` or `INGEST_DB_DSN`. */
      readonly variable: string;
      /** A name or an address; of a Cloud SQL instance `project:region:name`, and then there is no port. */
      readonly host: string;
      readonly port: number | null;
      readonly database: string;
      readonly user: string;
    };

/** In the middle of a message. */
export function describeTarget(target: DatabaseTarget): string {
  if (target.kind === 'embedded') return `the embedded database in ${target.folder}`;
  return `${target.variable} (database ${target.database} at ${describePlace(target)} as ${target.user})`;
}

export type ServerTarget = Extract<DatabaseTarget, { kind: 'server' }>;

/** `HOST:PORT`, or the name of an instance. */
export function describePlace({ host, port }: ServerTarget): string {
  return port === null ? host : `${host}:${port}`;
}
