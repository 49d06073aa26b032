import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { listenOn } from '../../../support/listen.ts';

/** One message of PostgreSQL's protocol (its documentation, 'Frontend/Backend Protocol') on its way to the server. */
export interface Message {
  /** Of all messages of all connections since the proxy was told to count, from 1. */
  readonly number: number;
  readonly database: string;
  /** Its letter: `Q` and `P` bring SQL, `d` rows of a COPY. */
  readonly kind: string;
  /** The SQL of the statement that it belongs to. */
  readonly sql: string;
  /** All SQL of its transaction so far, this statement's included; where there is none, the statement's own. */
  readonly transaction: string;
}

/** What happens at a message: before it is sent, once it is sent, or when its answer comes, which nobody gets then. */
export interface Fault {
  readonly at: 'before' | 'sent' | 'answered';
  /** Done at that moment; the connection is reset after it. */
  readonly act?: () => void;
}

export interface FaultProxy {
  readonly port: number;
  /** Counts from 1 again and asks this about each message. */
  meet(decide: (message: Message) => Fault | null): void;
  close(): void;
}

/** A proxy between runners and a server on 127.0.0.1 that understands what the runners say. */
export async function startFaultProxy(serverPort: number): Promise<FaultProxy> {
  let number = 0;
  let decide: (message: Message) => Fault | null = () => null;
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = openSocket(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const read = readMessages();
    let awaited: Fault | null = null;
    const strike = (fault: Fault) => {
      fault.act?.();
      client.resetAndDestroy();
      upstream.destroy();
    };
    client.on('data', (bytes: Buffer) => {
      for (const { bytes: message, described } of read(bytes)) {
        if (client.destroyed) return;
        const fault = described === null ? null : decide({ ...described, number: ++number });
        if (fault?.at === 'before') return strike(fault);
        upstream.write(message);
        if (fault?.at === 'sent') return void upstream.end(() => strike(fault));
        if (fault !== null) awaited = fault;
      }
    });
    upstream.on('data', (bytes: Buffer) => {
      if (awaited !== null) return strike(awaited);
      client.write(bytes);
    });
  });
  const port = await listenOn(server);
  return {
    port,
    meet(next) {
      number = 0;
      decide = next;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const SSL_REQUEST = 80_877_103;

/** Cuts what one client sends into messages. What it says before it is logged in is described as null. */
function readMessages() {
  let rest: Buffer = Buffer.alloc(0);
  let database: string | null = null;
  let sql = '';
  let transaction = '';
  return function* read(
    bytes: Buffer,
  ): Generator<{ readonly bytes: Buffer; readonly described: Omit<Message, 'number'> | null }> {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (;;) {
      const head = database === null ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      if (database === null) {
        if (message.readInt32BE(4) !== SSL_REQUEST) database = readDatabase(message);
        yield { bytes: message, described: null };
        continue;
      }
      const kind = String.fromCharCode(message[0] as number);
      if (kind === 'Q' || kind === 'P') {
        sql = readText(message, kind === 'Q' ? 5 : message.indexOf(0, 5) + 1);
        const goesOn = transaction.startsWith('BEGIN') && !/(COMMIT|ROLLBACK)$/.test(transaction) && sql !== 'BEGIN';
        transaction = goesOn ? `${transaction}; ${sql}` : sql;
      }
      yield { bytes: message, described: { database, kind, sql, transaction } };
    }
  };
}

function readDatabase(startup: Buffer): string {
  const words = startup.subarray(8).toString('utf8').split('\0');
  return words[words.indexOf('database') + 1] ?? '';
}

function readText(message: Buffer, from: number): string {
  return message.subarray(from, message.indexOf(0, from)).toString('utf8').replace(/\s+/g, ' ');
}
