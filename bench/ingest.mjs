// `npm run bench:ingest [-- --items N --runs N --only WORD]`: `platform ingest` beside the real pypgstac on one
// PostgreSQL 15, and psql's COPY of rows that are ready beside both. Run `npm run build` first. It needs PostgreSQL 15
// with PostGIS, Python, and ../shared/tools; its servers and environments are those of the tests, which are TypeScript,
// so it is bundled before it runs. `npm run bench:memory [-- --megabytes N --lines N --only WORD]` runs it on inputs that
// could take much memory instead (bench/ingest/memory.ts).

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const memory = process.argv[2] === 'memory';
if (memory) process.argv.splice(2, 1);
// As deep below the root as test/support, whose modules find the root by their own place.
const outfile = join(root, `node_modules/.bench/${memory ? 'memory' : 'ingest'}.mjs`);
await build({
  entryPoints: [join(root, memory ? 'bench/ingest/memory.ts' : 'bench/ingest/main.ts')],
  alias: { '@jest/globals': join(root, 'bench/ingest/after-all.ts') },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
});
await import(pathToFileURL(outfile).href);
