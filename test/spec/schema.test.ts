import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { followReference, type SchemaNode, schema, schemaOf } from '../../src/spec/schema.ts';

/** Every node that describes a value of the spec, with its path. */
function* listFields(node: SchemaNode, path = ''): Generator<[path: string, node: SchemaNode]> {
  const field = followReference(node);
  yield [path || '(the spec)', field];
  for (const [key, child] of Object.entries(field.properties ?? {})) yield* listFields(child, `${path}.${key}`);
  if (typeof field.additionalProperties === 'object') yield* listFields(field.additionalProperties, `${path}.*`);
  if (field.items !== undefined) yield* listFields(field.items, `${path}[]`);
}

const fields = [...listFields(schema)];

test('every field has a description and an example that it accepts', () => {
  const ajv = new Ajv({ strictTypes: false });
  const lacking = fields.flatMap(([path, field]) => {
    const { $schema: _schema, $id: _id, ...body } = field as SchemaNode & { $schema?: string; $id?: string };
    const check = ajv.compile({ ...body, definitions: schema.definitions });
    if (field.description === undefined) return [`${path}: no description`];
    // A map that only groups keys shows by them what it looks like.
    if (field.examples === undefined) return field.properties === undefined ? [`${path}: no example`] : [];
    return field.examples
      .filter((example) => !check(example))
      .map((example) => `${path}: refuses ${JSON.stringify(example)}`);
  });
  expect(lacking).toEqual([]);
  expect(fields.length).toBeGreaterThan(100);
});

test('a number says its unit, or what it counts', () => {
  const unit = /GB|MB|HH:MM|\bdays?\b|hour|degrees|share of 1|per minute|per pod|port|how many|pods|UTC/i;
  const numbers = fields.filter(([, { type }]) => type === 'integer' || type === 'number');
  expect(numbers.filter(([, { description }]) => !unit.test(description ?? '')).map(([path]) => path)).toEqual([]);
});

test('every map is closed or says what its values are', () => {
  const open = fields.filter(
    ([, { type, additionalProperties }]) => type === 'object' && additionalProperties === undefined,
  );
  // What an environment overrides is checked against the overlay's own schema.
  expect(open.map(([path]) => path)).toEqual(['.environments.*']);
});

test('what is loosened for overlays requires nothing and takes null for everything', () => {
  // A list replaces the base's, so what is in it is held to the schema itself; so are grants, behind their reference.
  for (const [path, field] of listFields(schemaOf('overlay'))) {
    if (path.includes('[]') || path.endsWith('.grants')) continue;
    expect([path, field.required, field.minProperties]).toEqual([path, undefined, undefined]);
  }
  const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false });
  const check = ajv.compile({ ...schemaOf('base'), $id: undefined });
  expect(check({ name: null, gcp: null, hosting: { cloudSql: { tier: null, availability: null } } })).toBe(true);
  expect(check({ name: 'Not a name' })).toBe(false);
});
