// The last step of `npm run build`: takes out of dist/ what a source that is gone left there, so that the package never
// holds it, and makes the command executable.

import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

async function removeOrphans() {
  const entries = await readdir(dist, { withFileTypes: true, recursive: true });
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const source = join(root, 'src', relative(dist, path).replace(/(\.d)?\.[jt]s$/, '.ts'));
    if (!existsSync(source)) await rm(path);
  }
}

async function makeExecutable(program) {
  const text = await readFile(program, 'utf8');
  if (!text.startsWith('#!/usr/bin/env node\n')) throw new Error(`${program} must start with #!/usr/bin/env node`);
  await chmod(program, 0o755);
}

await removeOrphans();
await makeExecutable(join(dist, 'cli/main.js'));
