import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';

/** Of a message to the server, about: rows are joined up to it, and a longer one is cut. */
const MESSAGE_BYTES = 256 * 1024;
/** After so many the connection gets a turn; it holds twice as many at most. */
const TURN_BYTES = 1024 * 1024;

export type CopyRows = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface CopyQuery {
  /** To be given to the driver. */
  readonly query: pg.Query;
  /**
   * Resolves once the last row was handed to the system, or need not be any more: only then may another statement be
   * sent. Never rejects.
   */
  readonly sent: Promise<void>;
  /** The number of rows. Rejects with what the server, the connection or the rows failed with. */
  readonly done: Promise<number>;
}

/**
 * COPY … FROM STDIN whose rows follow the statement at once, so that it takes no round trip of its own: what is sent
 * before the server's consent is read after it, and after a refusal it is passed over, since a server that is not in a
 * COPY ignores its messages (PostgreSQL's documentation, 'COPY Operations'; PostgresMain in its source). Rows are
 * asked for as the connection takes them.
 */
export function makeCopyQuery(driver: typeof pg, sql: string, rows: CopyRows): CopyQuery {
  // One of the driver's own: its pipeline takes no other.
  const query = new driver.Query(sql);
  const ended = new AbortController();
  const failure: { rows: unknown } = { rows: null };
  const done = new Promise<number>((resolve, reject) => {
    query.on('end', (result) => resolve(result.rowCount ?? 0));
    query.on('error', (error) => {
      // Where the rows end early, the server only repeats it.
      reject(failure.rows ?? error);
      ended.abort();
    });
  });
  done.catch(() => undefined);
  const sent = new Promise<void>((resolve) => {
    const submit = (connection: pg.Connection): null => {
      connection.query(sql);
      sendRows(connection.stream, rows, ended.signal)
        .catch((error: unknown) => {
          failure.rows = error;
          if (!ended.signal.aborted) sendMessage(connection.stream, 'f', [Buffer.from('the rows end early\0')]);
        })
        .finally(resolve);
      return null;
    };
    Object.assign(query, { submit, handleCopyInResponse: () => undefined });
    ended.signal.addEventListener('abort', () => resolve());
  });
  return { query, sent, done };
}

async function sendRows(stream: Duplex, rows: CopyRows, ended: AbortSignal): Promise<void> {
  let message: Uint8Array[] = [];
  let size = 0;
  let sinceTurn = 0;
  for await (const row of rows) {
    for (let from = 0; from < row.length; from += MESSAGE_BYTES) {
      const part = row.length <= MESSAGE_BYTES ? row : row.subarray(from, from + MESSAGE_BYTES);
      message.push(part);
      size += part.length;
      if (size < MESSAGE_BYTES) continue;
      sendMessage(stream, 'd', message);
      sinceTurn += size;
      if (sinceTurn >= TURN_BYTES) {
        await takeTurn(stream, ended);
        sinceTurn = 0;
      }
      if (ended.aborted) return;
      [message, size] = [[], 0];
    }
  }
  if (ended.aborted) return;
  if (size > 0) sendMessage(stream, 'd', message);
  sendMessage(stream, 'c', []);
}

/**
 * Waits until the connection has taken what it holds. A server that is quick leaves nothing to wait for, and its refusal
 * is heard between turns of the event loop only: then for the next one.
 */
async function takeTurn(stream: Duplex, ended: AbortSignal): Promise<void> {
  if (stream.writableLength < TURN_BYTES) await setImmediate();
  else await once(stream, 'drain', { signal: ended }).catch(() => undefined);
}

/** A message of the protocol: CopyData, CopyDone or CopyFail. Its parts go to the system together, and as they are. */
function sendMessage(stream: Duplex, type: 'd' | 'c' | 'f', parts: readonly Uint8Array[]): void {
  const head = Buffer.allocUnsafe(5);
  head.write(type, 'latin1');
  // It counts its own four bytes.
  head.writeInt32BE(4 + parts.reduce((sum, { length }) => sum + length, 0), 1);
  stream.cork();
  stream.write(head);
  for (const part of parts) stream.write(part);
  stream.uncork();
}
