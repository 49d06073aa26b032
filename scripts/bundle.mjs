// For `npm run build`: one file for the whole command, dist/cli/platform.js, a small one for a `validate` or `compile`
// that has nothing to complain of, dist/cli/quick.js, and the programs that start them. CommonJS, because Node 20 starts that several milliseconds sooner than a module (docs/performance.md).
// Not minified, so that the stack of a bug names what it names in src/.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import { gatherLicenses } from './gather-licenses.mjs';

const root = join(import.meta.dirname, '..');

// What commands on databases load when they need it; PGlite finds its own files beside its own code.
const external = [
  ...['pg', '@electric-sql/pglite', '@electric-sql/pglite-postgis'],
  ...['@google-cloud/cloud-sql-connector', '@google-cloud/secret-manager', '@google-cloud/sql'],
  ...['google-auth-library', '@clack/prompts'],
];

/** Stands where the build's id goes until the bytes it is the hash of are known. */
const placeholder = 'b'.repeat(64);

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Code that V8 kept has lost what `import()` needs (it fails with 'A dynamic import callback was not specified').
  supported: { 'dynamic-import': false },
  external,
  legalComments: 'none',
  define: {
    __BUILD_ID__: JSON.stringify(placeholder),
    'import.meta.dirname': '__dirname',
  },
  metafile: true,
  write: false,
  logLevel: 'warning',
};

/** The bundle is the function around a CommonJS module, which load-bundle.ts calls: so its lines keep their numbers. */
const wrapped = {
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
};

/** What starts the bundles holds none of them. */
const small = { external: [...external, './program.ts', './quick.ts'] };

/** What explains mistakes or is for other formats: where it is needed, the whole program runs instead (NotQuick). */
const late = [
  ...['./find-mistakes.ts', './parse.ts', './compile-findings.ts'],
  ...['../diagnostic/github.ts', '../diagnostic/sarif.ts', '../diagnostic/pages.generated.ts'],
];
const quickly = { ...wrapped, external: [...external, ...late] };

async function bundle(entry, more = {}) {
  const { outputFiles, metafile } = await build({ ...options, entryPoints: [entry], outfile: 'out.js', ...more });
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs) };
}

/** Every program of the command, by its path in dist/cli; the same sources give the same bytes. */
export async function bundleCommand() {
  const program = await bundle('src/cli/start/program.ts', wrapped);
  const quick = await bundle('src/cli/start/quick.ts', quickly);
  const main = await bundle('src/cli/main.ts', small);
  const demo = await bundle('src/cli/demo.ts', small);
  const texts = { 'platform.js': program.text, 'quick.js': quick.text, 'main.js': main.text, 'demo.js': demo.text };
  const buildId = createHash('sha256').update(Object.values(texts).join('')).digest('hex');
  const files = { 'package.json': '{ "type": "commonjs" }\n', 'licenses.txt': await gatherLicenses(program.inputs) };
  for (const [name, text] of Object.entries(texts)) {
    files[name] = escapeNonAscii(text).replaceAll(placeholder, buildId);
  }
  return files;
}

/** load-bundle.ts reads one byte a character, which is quicker than UTF-8. esbuild leaves only comments to escape. */
function escapeNonAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
