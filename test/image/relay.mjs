// In a pod's network of its own, a port of 127.0.0.1 that leads to a socket of the machine, as the Auth Proxy's leads out:
// node relay.mjs PORT SOCKET
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';

const [port, socket] = process.argv.slice(2);
createServer((client) => {
  const server = connect(socket);
  // A side that breaks off ends the other: neither is this process's to report.
  Promise.all([pipeline(client, server), pipeline(server, client)]).catch(() => {});
}).listen(Number(port), '127.0.0.1');
