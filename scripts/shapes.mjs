// For `npm run generate`: the three shapes of a spec as JSON of what decides, for src/spec/has-shape.ts. What only
// explains (descriptions, examples, defaults) is four fifths of the schema, and every start would read it.

import { build } from 'esbuild';

const shapes = ['platform', 'base', 'overlay'];

/** What src/spec/has-shape.ts reads of a schema; of any other keyword it would be silent, so there may be none. */
const decisive = new Set([
  ...['$ref', 'type', 'const', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems'],
  ...['properties', 'required', 'additionalProperties', 'propertyNames', 'minProperties', 'maxProperties'],
  'definitions',
]);
const explaining = new Set(['$schema', '$id', 'title', 'description', 'examples', 'default']);

/** The compiler's own `schemaOf`, so that what is loosened for overlays is said once. */
export async function loadSchemaOf(root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/spec/schema.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  const { schemaOf } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return schemaOf;
}

function strip(node) {
  if (typeof node !== 'object') return node;
  const stripped = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (explaining.has(keyword)) continue;
    if (!decisive.has(keyword)) throw new Error(`src/spec/has-shape.ts does not know the schema's ${keyword}`);
    stripped[keyword] = stripValue(keyword, value);
  }
  refuseUndecided(stripped);
  return stripped;
}

function stripValue(keyword, value) {
  if (keyword === 'properties' || keyword === 'definitions')
    return Object.fromEntries(Object.entries(value).map(([name, node]) => [name, strip(node)]));
  return ['items', 'additionalProperties', 'propertyNames'].includes(keyword) ? strip(value) : value;
}

/** has-shape.ts compares values by identity, and follows references to definitions only. */
function refuseUndecided({ enum: values = [], const: constant = 0, uniqueItems, items, $ref = '#/definitions/' }) {
  if ([...values, constant].some((value) => typeof value === 'object' && value !== null))
    throw new Error('src/spec/has-shape.ts compares no objects or lists');
  if (uniqueItems && ['object', 'array', undefined].some((type) => [items?.type].flat().includes(type)))
    throw new Error('src/spec/has-shape.ts knows equal items only where they are scalars');
  if (!$ref.startsWith('#/definitions/')) throw new Error(`src/spec/has-shape.ts does not follow ${$ref}`);
}

/**
 * TypeScript that exports `shapes`: functions that give the JSON of each. Text, because V8 reads that sooner than an
 * object's code, and functions, because V8 keeps nothing of those that do not run.
 */
export async function compileShapes(root) {
  const schemaOf = await loadSchemaOf(root);
  const lines = shapes.map(
    (shape) => `  ${shape}: (): string => ${JSON.stringify(JSON.stringify(strip(schemaOf(shape))))},\n`,
  );
  return `export const shapes = {\n${lines.join('')}};\n`;
}
