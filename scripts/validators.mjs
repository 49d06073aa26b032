// For `npm run generate`: the three shapes of a spec, compiled into functions that say yes or no. Loading Ajv to do
// that at run time takes longer than everything else a compile does; it is loaded only to say what is wrong.

import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const shapes = ['platform', 'base', 'overlay'];

async function bundle(root, options) {
  const common = { absWorkingDir: root, bundle: true, write: false, logLevel: 'warning' };
  const { outputFiles } = await build({ ...common, ...options });
  return outputFiles[0].text;
}

/** The compiler's own `schemaOf`, so that what is loosened for overlays is said once. */
async function loadSchemaOf(root) {
  const code = await bundle(root, { entryPoints: ['src/spec/schema.ts'], format: 'esm' });
  const { schemaOf } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return schemaOf;
}

/** TypeScript that exports `accepts`, a predicate for each shape, and imports nothing. */
export async function compileValidators(root) {
  const schemaOf = await loadSchemaOf(root);
  const ajv = new Ajv({
    allowUnionTypes: true,
    strictTypes: false,
    ownProperties: true,
    messages: false,
    code: { source: true },
    schemas: shapes.map((shape) => ({ ...schemaOf(shape), $id: shape })),
  });
  // The bundle takes in the few functions that Ajv's code requires of its package.
  const code = await bundle(root, {
    stdin: { contents: standalone.default(ajv, Object.fromEntries(shapes.map((id) => [id, id]))), resolveDir: root },
    format: 'iife',
    globalName: 'validators',
    minify: true,
  });
  const type = `Readonly<Record<${shapes.map((shape) => `'${shape}'`).join(' | ')}, (value: unknown) => boolean>>`;
  return `// @ts-nocheck\n${code}\nexport const accepts: ${type} = validators;\n`;
}
