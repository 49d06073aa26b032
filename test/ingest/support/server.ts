import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Postgres, startPostgres } from '../../support/postgres.ts';
import { type Databases, makeServerDatabase, openServerDatabase, type PgstacVersion, pypgstac } from './databases.ts';

/** A server of a suite's own, and the databases that its tests make on it. */
export interface SuiteServer {
  readonly server: Postgres;
  /** Name of the database made last. */
  readonly name: string;
  /** A new database, closed after the test. */
  make(version?: PgstacVersion): Promise<Databases>;
  /** A second set of connections to the database made last, as the superuser or another; closed after the test. */
  openAgain(user?: string): Promise<Databases>;
  /** Closes after the test what was opened elsewhere. */
  keep(databases: Databases): Databases;
  /** Closes what was opened last, before the test ends. */
  closeLast(): Promise<void>;
}

/** Starts the server before the suite's tests and stops it after them; what tests open is closed after each. */
export function useServer(
  versions: readonly PgstacVersion[],
  settings: Readonly<Record<string, string>> = {},
): SuiteServer {
  let server: Postgres;
  const open: Databases[] = [];
  let count = 0;
  beforeAll(async () => {
    for (const version of versions) await pypgstac(version);
    server = await startPostgres({ settings });
  }, 600_000);
  afterEach(async () => {
    for (const databases of open.splice(0)) await databases.close();
  });
  afterAll(() => server?.stop());

  const keep = (databases: Databases): Databases => {
    open.push(databases);
    return databases;
  };
  return {
    get server() {
      return server;
    },
    get name() {
      return `suite ${count}`;
    },
    async make(version = '0.9.11') {
      count += 1;
      return keep(await makeServerDatabase(server, `suite ${count}`, version));
    },
    async openAgain(user) {
      return keep(await openServerDatabase(server, `suite ${count}`, user));
    },
    keep,
    async closeLast() {
      await open.pop()?.close();
    },
  };
}
