import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Has a server listen on a loopback address, on a free port unless one is told; gives the port. Rejects if it is taken. */
export async function listenOn(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
