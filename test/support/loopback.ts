import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';

/** The ports that a pod has to itself are this machine's own here: the Auth Proxy's, and that of its probes. */
const ports = [5432, 9801];

/**
 * One pod runs at a time, whichever suites run beside each other. Throws where somebody else has one of the ports, such
 * as a PostgreSQL of the system's: what a pod says of that is far from the cause.
 */
export function withLoopback<T>(work: () => Promise<T>): Promise<T> {
  return withLock(join(findTestCache(), 'loopback-of-pods.lock'), async () => {
    for (const port of ports) await checkFree(port);
    return await work();
  });
}

async function checkFree(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Error(`the tests' pods need 127.0.0.1:${port}, which is taken: stop what listens there`, { cause });
  }
  server.close();
  await once(server, 'close');
}
