// `npm run build` after the generated sources: dist/ holds the library as modules, the command as one bundle, and the
// page of `platform view`.

import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleCommand } from './bundle.mjs';
import { bundlePage } from './bundle-page.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/cli');

function run(...args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}`);
}

/** A first run of each bundle keeps what V8 made of it, so that no user's does. */
async function warmUp() {
  const project = await mkdtemp(join(tmpdir(), 'platform-build-'));
  try {
    await cp(join(root, 'spec/platform.yaml'), join(project, 'platform.yaml'));
    const spec = join(project, 'platform.yaml');
    for (const command of ['compile', 'diff'])
      run(join(folder, 'main.js'), command, '--spec', spec, '--format', 'json');
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

async function writeFiles(into, files) {
  await mkdir(into, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(into, name), text);
}

// What a source that is gone left there must not get into the package.
await rm(join(root, 'dist'), { recursive: true, force: true });
run(join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json');
await writeFiles(folder, await bundleCommand());
await writeFiles(join(root, 'dist/view'), await bundlePage());
await chmod(join(folder, 'main.js'), 0o755);
await warmUp();
