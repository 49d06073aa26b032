import type pg from 'pg';
import type { Session } from './connection.ts';
import { makeCopyQuery } from './copy-query.ts';
import { writeCopy } from './quote.ts';

export interface ServerSession extends Session {
  /** Resolves once every statement has been answered. */
  rest(): Promise<void>;
}

/**
 * Statements on one connection of a driver that pipelines them. Each is sent at once, but not into the middle of another
 * one's rows.
 */
export function makeSession(driver: typeof pg, client: pg.PoolClient): ServerSession {
  let sent: Promise<void> = Promise.resolve();
  let last: Promise<unknown> = sent;
  function begin<T>(work: () => Promise<T>): Promise<T> {
    const answer = sent.then(work);
    last = answer.catch(() => undefined);
    return answer;
  }
  return {
    query: <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
      begin(async () => (await client.query<Row & pg.QueryResultRow>(sql, [...parameters])).rows),
    run: (script) =>
      begin(async () => {
        await client.query(script);
      }),
    copyInto: (table, rows) => {
      const copy = makeCopyQuery(driver, writeCopy(table, 'STDIN'), rows);
      const done = begin(() => {
        client.query(copy.query);
        return copy.done;
      });
      sent = sent.then(() => copy.sent);
      return done;
    },
    rest: async () => {
      await last;
    },
  };
}
