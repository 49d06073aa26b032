import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll } from '@jest/globals';

/** One thing that a client asked of PostgreSQL. */
export interface Statement {
  /** Which of the client's connections, from 1. */
  readonly connection: number;
  /** `''` for a simple query and for an unnamed statement. */
  readonly name: string;
  readonly sql: string;
}

export interface Recorder {
  readonly port: number;
  readonly statements: Statement[];
}

const closing: (() => void)[] = [];

afterAll(() => {
  for (const close of closing) close();
});

/** Stands between clients and a server or pooler on 127.0.0.1 and keeps every statement as it came over the wire. */
export async function recordStatements(port: number): Promise<Recorder> {
  const statements: Statement[] = [];
  const sockets = new Set<Socket>();
  let count = 0;
  const relay = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    count += 1;
    const read = readMessages(count, statements);
    near.on('data', read);
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [near, far].map((one) => one.destroy()));
    }
  });
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { port: address.port, statements };
}

/** PostgreSQL 15 documentation, 'Message Formats': a first message without a type, then Query (Q) and Parse (P) among others. */
function readMessages(connection: number, statements: Statement[]): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const typed = started ? 1 : 0;
      if (rest.length < typed + 4) return;
      const end = typed + rest.readUInt32BE(typed);
      if (rest.length < end) return;
      const body = rest.subarray(typed + 4, end);
      const type = started ? String.fromCharCode(rest[0] ?? 0) : '';
      const texts = body.toString('utf8').split('\0');
      if (type === 'Q') statements.push({ connection, name: '', sql: texts[0] ?? '' });
      if (type === 'P') statements.push({ connection, name: texts[0] ?? '', sql: texts[1] ?? '' });
      started = true;
      rest = rest.subarray(end);
    }
  };
}
