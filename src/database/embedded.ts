import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite, Results } from '@electric-sql/pglite';
import type { CopyTable, Database, Session } from './connection.ts';
import { DatabaseFailure, describeError } from './failure.ts';
import { lockFolder } from './lock.ts';
import { writeCopy } from './quote.ts';

export interface EmbeddedOptions {
  /** Told the process id of whoever holds the folder, before waiting for it. */
  readonly onWait: (holder: string) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** Makes the data folder (a path that doesn't exist yet) where there is none; by default an empty cluster. */
  readonly create?: (dataFolder: string) => Promise<void>;
}

/**
 * An embedded PostgreSQL (PGlite) with PostGIS, alone in its folder until it is closed. Throws `DatabaseFailure`, or the
 * signal's reason once that is aborted.
 */
export async function openEmbedded(folder: string, options: EmbeddedOptions): Promise<Database> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new DatabaseFailure(
      `the folder of the embedded database, ${folder}, cannot be made: ${describeError(cause)}`,
      {
        hint: 'make its project writable, or name servers with PGSTAC_DSN and INGEST_DB_DSN',
        cause,
      },
    );
  });
  const lock = await lockFolder(folder, options.onWait, options.signal);
  try {
    const dataFolder = join(folder, 'data');
    const isThere = existsSync(dataFolder);
    // PGlite would take what is left of one for a new folder, and make an empty cluster in it.
    if (isThere && !existsSync(join(dataFolder, 'PG_VERSION'))) throw new Error(`${dataFolder} lacks PG_VERSION`);
    if (options.create !== undefined && !isThere) await options.create(dataFolder);
    const cluster = await openCluster(dataFolder);
    return makeDatabase(cluster, folder, async () => {
      await cluster.close();
      await lock.release();
    });
  } catch (error) {
    await lock.release();
    options.signal?.throwIfAborted();
    if (error instanceof DatabaseFailure) throw error;
    throw new DatabaseFailure(`the embedded database in ${folder} does not open: ${describeError(error)}`, {
      hint: 'if the folder is damaged, delete it: the next `platform ingest` makes it anew and loads again',
      cause: error,
    });
  }
}

/** The cluster in a data folder, made there if need be. The caller holds the folder's lock. */
export async function openCluster(dataFolder: string): Promise<PGlite> {
  const [{ PGlite }, { postgis }, { btree_gist }, { btree_gin }, { unaccent }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-postgis'),
    import('@electric-sql/pglite/contrib/btree_gist'),
    import('@electric-sql/pglite/contrib/btree_gin'),
    import('@electric-sql/pglite/contrib/unaccent'),
  ]);
  const text = (value: string) => value;
  // int8, date and timestamp as text, as the server's driver gives them: a Number or a Date would change them.
  const parsers = { 20: text, 1082: text, 1114: text };
  return await PGlite.create({
    dataDir: dataFolder,
    extensions: { postgis, btree_gist, btree_gin, unaccent },
    parsers,
  });
}

/** One connection is all there is, so sessions queue; a session inside a session would wait for itself. */
function makeDatabase(cluster: PGlite, folder: string, close: () => Promise<void>): Database {
  const session = makeSession(cluster);
  const inside = new AsyncLocalStorage<true>();
  let last: Promise<unknown> = Promise.resolve();
  function alone<T>(work: () => Promise<T>): Promise<T> {
    if (inside.getStore() === true)
      throw new Error('a session of the embedded database was asked for inside another one');
    const turn = last.then(() => inside.run(true, work));
    last = turn.catch(() => undefined);
    return turn;
  }
  let closing: Promise<void> | undefined;
  return {
    target: { kind: 'embedded', folder },
    session: (work) => alone(() => work(session)),
    transaction: (work) =>
      alone(async () => {
        await session.run('BEGIN');
        try {
          const result = await work(session);
          await session.run('COMMIT');
          return result;
        } catch (error) {
          await session.run('ROLLBACK');
          throw error;
        }
      }),
    close: () => {
      closing ??= last.then(close);
      return closing;
    },
  };
}

export function makeSession(cluster: PGlite): Session {
  // PGlite has a queue of its own, but rows are gathered before they get there.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }
  return {
    query: <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
      inTurn(async () => {
        const result: Results<Row> = await cluster.query<Row>(sql, [...parameters]);
        return result.rows;
      }),
    run: (script) =>
      inTurn(async () => {
        await cluster.exec(script);
      }),
    copyInto: (table, rows) => inTurn(() => copyRows(cluster, table, rows)),
  };
}

/** PGlite has no COPY protocol but a device that reads one Blob, so the rows of one call are held in memory. */
async function copyRows(
  cluster: PGlite,
  table: CopyTable,
  rows: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of rows) chunks.push(chunk as Uint8Array<ArrayBuffer>);
  const result = await cluster.query(writeCopy(table, "'/dev/blob'"), [], { blob: new Blob(chunks) });
  return result.affectedRows ?? 0;
}
