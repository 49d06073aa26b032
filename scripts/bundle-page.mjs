// For `npm run build`: the page of `platform view`, dist/view/page.js and page.css, which the command puts into the file
// that it writes. It is small, since every such file holds it.

import { join } from 'node:path';
import { build } from 'esbuild';
import { gatherLicenses } from './gather-licenses.mjs';

const root = join(import.meta.dirname, '..');

/** Every file of the page, by its path in dist/view; the same sources give the same bytes. */
export async function bundlePage() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { page: 'src/page/main.tsx', style: 'src/page/page.css' },
    outdir: 'out',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const textOf = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text;
  return {
    'page.js': textOf('.js'),
    'page.css': textOf('.css'),
    'licenses.txt': await gatherLicenses(Object.keys(metafile.inputs)),
  };
}
