import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { followReference, type SchemaNode, schema, schemaOf } from '../../src/spec/schema.ts';
import { projectRoot } from '../support/root.ts';

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
    if (field.examples === undefined) return [`${path}: no example`];
    return field.examples
      .filter((example) => !check(example))
      .map((example) => `${path}: refuses ${JSON.stringify(example)}`);
  });
  expect(lacking).toEqual([]);
  expect(fields.length).toBeGreaterThan(100);
});

test('a closed set is an enum, and any other text has a form', () => {
  const texts = fields.filter(([, { type }]) => [type].flat().includes('string'));
  const formless = texts.filter(([, field]) => (field.enum ?? field.const ?? field.pattern) === undefined);
  expect(formless.map(([path]) => path)).toEqual([]);
  // An editor proposes what an enum lists; what a pattern spells out it cannot.
  const spelt = texts.filter(([, { pattern }]) => pattern !== undefined && !/[[\\.*+{]/.test(pattern));
  expect(spelt.map(([path]) => path)).toEqual([]);
  const loose = fields.filter(([, field]) => ['anyOf', 'oneOf', 'allOf', 'not', 'if'].some((key) => key in field));
  expect(loose.map(([path]) => path)).toEqual([]);
  expect(texts.filter(([, field]) => field.enum !== undefined).length).toBeGreaterThan(15);
});

test('a map of names says in words what a name is', () => {
  const maps = fields.filter(([, { propertyNames }]) => propertyNames !== undefined);
  expect(maps.filter(([, { propertyNames }]) => propertyNames?.description === undefined)).toEqual([]);
  expect(maps.length).toBeGreaterThan(5);
});

test('a number says its unit, or what it counts', () => {
  const unit = /GB|MB|HH:MM|\bdays?\b|hour|degrees|share of 1|cores|per minute|per pod|port|how many|pods|UTC/i;
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

test('what editors read says the same of an environment as of the base', () => {
  const read = (name: string): SchemaNode =>
    JSON.parse(readFileSync(join(projectRoot, 'schema', `${name}.schema.json`), 'utf8')) as SchemaNode;
  const environment = read('environment');
  expect(environment.properties).toEqual(schemaOf('overlay').properties);
  expect(environment.definitions).toEqual(schemaOf('overlay').definitions);
  const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false, schemas: [environment] });
  const check = ajv.compile(read('platform'));
  const [platform] = schema.examples as readonly object[];
  const withDev = (dev: unknown) => ({ ...platform, environments: { dev } });
  expect(
    check(withDev({ gcp: { project: 'acme-dev' }, kubernetes: null, hosting: { cloudSql: { tier: null } } })),
  ).toBe(true);
  expect(check(withDev({ hosting: { cloudSql: { teir: 'db-f1-micro' } } }))).toBe(false);
  expect(check(withDev({ hosting: { cloudSql: { availability: 'zonl' } } }))).toBe(false);
  expect(check(withDev({ environments: {} }))).toBe(false);
});
