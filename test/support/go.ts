import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';
import { runOrThrow } from './run.ts';

/** What the suites use of the Go module proxy, each pinned. */
export const fakeGcsServer = 'github.com/fsouza/fake-gcs-server@v1.56.1';
export const cloudSqlProxy = 'github.com/GoogleCloudPlatform/cloud-sql-proxy/v2@v2.27.0';

/**
 * The full path of a Go module's command, built once and kept in the cache. Allow the test that calls it some minutes.
 * The suite needs `go`.
 */
export async function goTool(module: string): Promise<string> {
  const folder = join(findTestCache(), `go-${module.replace(/[^\w.-]+/g, '-')}`);
  if (!existsSync(folder)) {
    await withLock(`${folder}.lock`, async () => {
      if (!existsSync(folder)) await build(module, folder);
    });
  }
  return join(folder, nameCommand(module));
}

/** As `go install` names it: by the path's last part, or the one before it where that is a major version. */
function nameCommand(module: string): string {
  const path = module.replace(/(\/v\d+)?@.*$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

async function build(module: string, folder: string): Promise<void> {
  const made = `${folder}.${process.pid}`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  // Debian's and Go's own places of the go command: it is often on no PATH.
  const path = [process.env['PATH'], '/usr/local/go/bin', '/usr/lib/go/bin'].join(delimiter);
  await runOrThrow('go', ['install', module], { env: { ...process.env, PATH: path, GOBIN: made }, timeout: 900_000 });
  await rename(made, folder);
}
