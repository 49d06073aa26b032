import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';
import { runOrThrow } from './run.ts';

const version = '24.21.0';

/** The full path of Node 24's program, from the npm package `node`; fetched once and kept in the cache. */
export async function findNode24(): Promise<string> {
  const folder = join(findTestCache(), `node-${version}`);
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    const making = `${folder}.${process.pid}`;
    await rm(making, { recursive: true, force: true });
    await mkdir(making);
    const install = ['install', '--prefix', making, '--no-audit', '--no-fund', '--silent', `node@${version}`];
    await runOrThrow('npm', install, { timeout: 300_000 });
    await rename(making, folder);
  });
  return join(folder, 'node_modules/node/bin/node');
}
