import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const made: string[] = [];

// Registered when a test file imports this module: the end of that file, whatever its tests did.
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A new empty folder (its real path), removed at the end of the test file. */
export function makeTemporaryFolder(purpose = 'test'): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `platform-${purpose}-`));
  made.push(folder);
  return folder;
}
