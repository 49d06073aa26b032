// Part of `npm run verify`: a file holds one idea, so it is short. Generated files are nobody's to read.

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const limits = [
  { folder: 'src', name: /\.(tsx?|css)$/, lines: 250 },
  { folder: 'bench', name: /\.([cm]js|ts)$/, lines: 250 },
  { folder: 'scripts', name: /\.mjs$/, lines: 250 },
  { folder: 'test', name: /\.ts$/, lines: 400 },
  { folder: 'templates', name: /\.hbs$/, lines: 300 },
];

/** Files under `root` that are longer than their folder allows, each with its length. */
async function findLongFiles(root) {
  const long = [];
  for (const { folder, name, lines } of limits) {
    if (!existsSync(join(root, folder))) continue;
    const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true });
    for (const entry of entries) {
      if (!entry.isFile() || !name.test(entry.name) || entry.name.endsWith('.generated.ts')) continue;
      const path = join(entry.parentPath, entry.name);
      const length = (await readFile(path, 'utf8')).split('\n').length - 1;
      if (length > lines) long.push(`${relative(root, path)}: ${length} lines, at most ${lines}`);
    }
  }
  return long.sort();
}

const long = await findLongFiles(process.argv[2] ?? join(import.meta.dirname, '..'));
for (const line of long) console.error(line);
process.exitCode = long.length === 0 ? 0 : 1;
