// In a pod's network of its own, ports of 127.0.0.1 that lead to sockets of the machine, as the Auth Proxy's leads out:
// node relay.mjs PORT:SOCKET…      It prints a line once all of them can be reached.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';

for (const way of process.argv.slice(2)) {
  const [port, socket] = way.split(':');
  const server = createServer((client) => {
    const there = connect(socket);
    // A side that breaks off ends the other: neither is this process's to report.
    Promise.all([pipeline(client, there), pipeline(there, client)]).catch(() => {});
  });
  await once(server.listen(Number(port), '127.0.0.1'), 'listening');
}
console.log('listening');
