import { join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';

/**
 * The ports that a pod has to itself (the Auth Proxy's 5432, and 9801 for its probes) are this machine's own here: one
 * pod runs at a time, whichever suites run beside each other.
 */
export function withLoopback<T>(work: () => Promise<T>): Promise<T> {
  return withLock(join(findTestCache(), 'loopback-of-pods.lock'), work);
}
