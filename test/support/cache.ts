import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the suites keep what takes long to make; made on first use. Safe to delete when no test runs. */
export function findTestCache(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'platform-tests');
  mkdirSync(folder, { recursive: true });
  return folder;
}
