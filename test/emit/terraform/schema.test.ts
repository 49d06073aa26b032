import { describe, expect, test } from '@jest/globals';
import { listTerraformFolders } from './folders.ts';
import { googleSchemas, readProviderSchemas } from './provider-schema.ts';
import { findSchemaMistakes } from './schema-mistakes.ts';

const schemas = readProviderSchemas();
// Hostile labels are other texts in the same places, and take this parser long.
const folders = listTerraformFolders().filter(({ name }) => !name.includes('hostile'));

const ends = Object.keys(googleSchemas) as (keyof typeof googleSchemas)[];

describe.each(ends)('what is emitted is in the schemas of google %s, with its type and not deprecated', (version) => {
  const schemasOfEnd = readProviderSchemas(version);

  test.each(folders.map(({ name, files }) => [name, files] as const))('%s', async (_, files) => {
    const found = [...files].map(([name, text]) => findSchemaMistakes(name, text, schemasOfEnd));
    expect((await Promise.all(found)).flat()).toEqual([]);
  });
});

test('the folders allow just the versions between these ends', () => {
  const allowed = folders.flatMap(({ files }) => [
    ...(files.get('versions.tf') ?? '').matchAll(/"hashicorp\/google"\n +version = "(.*)"/g),
  ]);
  expect(allowed).toHaveLength(folders.length);
  expect(new Set(allowed.map(([, range]) => range))).toEqual(new Set(['>= 6.50, < 8.0']));
});

describe('the check sees', () => {
  const instance = (settings: string) => `resource "google_sql_database_instance" "x" {\n${settings}\n}`;
  const firewall = (body: string) => `resource "google_compute_firewall" "x" {\n${body}\n}`;

  test.each([
    ['a type that is not there', 'resource "google_sql_databse" "x" {}', 'google_sql_databse.x: no such type'],
    ['a data source that is not there', 'data "google_projetc" "x" {}', 'google_projetc.x: no such type'],
    ['a misspelt argument', instance('regoin = "a"'), 'google_sql_database_instance.x.regoin: no such argument'],
    [
      'a misspelt argument of a block',
      instance('settings {\n tyer = "a"\n}'),
      'google_sql_database_instance.x.settings.tyer: no such argument',
    ],
    [
      'a misspelt argument of a dynamic block',
      instance('settings {\n dynamic "database_flags" {\n for_each = {}\n content {\n nmae = "a"\n}\n}\n}'),
      'google_sql_database_instance.x.settings.database_flags.nmae: no such argument',
    ],
    [
      'an argument for a block',
      instance('settings = { tier = "a" }'),
      'google_sql_database_instance.x.settings: a block, not an argument',
    ],
    [
      'a block for an argument',
      firewall('source_tags {\n a = 1\n}'),
      'google_compute_firewall.x.source_tags[0]: not a string',
    ],
    ['a number for a string', firewall('name = 5'), 'google_compute_firewall.x.name: not a string'],
    ['a string for a bool', firewall('disabled = "no"'), 'google_compute_firewall.x.disabled: not a bool'],
    ['a string for a list', firewall('source_tags = "a"'), 'google_compute_firewall.x.source_tags: not a set'],
    [
      'a deprecated argument',
      firewall('enable_logging = true'),
      'google_compute_firewall.x.enable_logging: deprecated',
    ],
    [
      'a deprecated block',
      'resource "postgresql_schema" "x" {\n policy {\n usage = true\n}\n}',
      'postgresql_schema.x.policy: deprecated',
    ],
    [
      'a deprecated argument of a provider',
      'provider "postgresql" {\n ssl_mode = "require"\n}',
      'provider.postgresql.ssl_mode: deprecated',
    ],
    [
      'an argument that only the provider sets',
      firewall('self_link = "a"'),
      'google_compute_firewall.x.self_link: only the provider sets it',
    ],
  ])('%s', async (_, text, mistake) => {
    expect(await findSchemaMistakes('main.tf', text, schemas)).toEqual([mistake]);
  });

  test('which arguments are write-only', () => {
    const writeOnly = [...schemas.resource].flatMap(([type, { attributes }]) =>
      Object.entries(attributes).flatMap(([name, { write_only }]) => (write_only === true ? [`${type}.${name}`] : [])),
    );
    expect(writeOnly.sort()).toEqual([
      'google_secret_manager_secret_version.secret_data_wo',
      'google_sql_user.password_wo',
      'postgresql_role.password_wo',
    ]);
  });
});
