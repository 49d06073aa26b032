import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { expect, test } from '@jest/globals';
import type { Platform } from '../../src/model/platform.ts';
import { projectRoot } from '../support/root.ts';
import { listEmittedFolders } from './terraform/folders.ts';
import { variants } from './terraform/variants.ts';

/** A string that a folder's Terraform says, and where. */
interface Literal {
  readonly value: string;
  readonly at: string;
}

/** Where a value of the spec may stand a second time, and why no reference can stand there. */
const repeated: readonly (readonly [where: RegExp, why: string])[] = [
  [
    /^variables\.tf variable\.\w+\.(default|validation\.condition)$/,
    'a default can be no reference, and its check needs it',
  ],
  [/^versions\.tf terraform\.backend\./, 'a backend is read before anything that could be referred to'],
  [/^main\.tf locals\.labels\./, 'labels are data of the spec, which may happen to be a name'],
  [/ locals\.people\.[^.]+\.(databases|writes)$/, 'keys of local.machines'],
  [/ locals\.(people|workloads)\.[^.]+\.grants\./, 'keys of local.groups'],
  [/ locals\.workloads\.[^.]+\.(buckets|secrets)$/, 'two workloads may use one bucket, and read one secret'],
  [/ resource\.google_monitoring_notification_channel\.email\./, 'who is told may be one of access.people'],
  [
    / resource\.google_compute_instance\.bastion\.(zone|boot_disk\.kms_key_self_link)$/,
    "the bastion has a zone and a key of its own, which may be the instance's",
  ],
  [
    / resource\.google_sql_database_instance\.replica\.for_each\./,
    'a replica has settings of its own, which may be the same',
  ],
  [
    / resource\.google_sql_database_instance\.\w+\.settings\.database_flags\./,
    'a flag is data; cron.database_name would refer to what is made on its own instance',
  ],
];

// A hostile label is no name.
const platforms = Object.entries(variants).filter(([name]) => !name.endsWith('hostile'));

test.each(platforms)('%s: what refers to another value does not repeat it', async (_, { platform }) => {
  for (const folder of await readFolders(platform)) {
    const places = new Map<string, string[]>();
    for (const { value, at } of folder) {
      // Words that a template itself says are the API's (ABANDON, roles/…): only values of the spec are names of ours.
      if (spoken.includes(`"${value}"`) || value === '' || repeated.some(([where]) => where.test(at))) continue;
      places.set(value, [...(places.get(value) ?? []), at]);
    }
    expect([...places].filter(([, at]) => at.length > 1)).toEqual([]);
  }
});

test('a value said twice is found, in an argument, a list and an expression', async () => {
  const text = 'locals {\n  a = "x"\n  b = ["x"]\n  c = lower("x")\n  d = local.e["x"]\n}\n';
  expect((await listLiterals('a.tf', text)).map(({ at }) => at)).toEqual([
    'a.tf locals.a',
    'a.tf locals.b',
    'a.tf locals.c',
  ]);
});

/** All that the templates say themselves, a filter's quotes as the filter has them. */
const templates = join(projectRoot, 'templates/terraform');
const spoken = readdirSync(templates, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.hbs'))
  .map((path) => readFileSync(join(templates, path), 'utf8'))
  .join('\n')
  .replaceAll('\\"', '"');

function readFolders(platform: Platform): Promise<readonly (readonly Literal[])[]> {
  return Promise.all(
    listEmittedFolders(platform).map(async ({ files }) => {
      const literals = await Promise.all([...files].map(([file, text]) => listLiterals(file, text)));
      return literals.flat();
    }),
  );
}

async function listLiterals(file: string, text: string): Promise<readonly Literal[]> {
  return [...walk(await parse(file, text), '')].map(({ value, at }) => ({ value, at: `${file} ${at.slice(1)}` }));
}

/** Lists add nothing to a path: whether a block is one of several is not what a reader asks. */
function* walk(node: unknown, at: string): Generator<Literal> {
  if (typeof node === 'string') for (const value of readLiterals(node)) yield { value, at };
  else if (Array.isArray(node)) for (const item of node) yield* walk(item, at);
  else if (typeof node === 'object' && node !== null)
    for (const [key, value] of Object.entries(node)) yield* walk(value, `${at}.${key}`);
}

/** The strings of a value: itself, or those in its expressions. `workload["a"]` refers to what `"a"` names. */
function readLiterals(value: string): readonly string[] {
  if (!value.includes('${')) return [value];
  const withoutKeys = value.replace(/(?<=[\w\])])\["[^"]*"\]/g, '');
  return [...withoutKeys.matchAll(/(?<!\\)"((?:[^"\\$]|\\.)*)"/g)].map(([, literal = '']) => literal);
}
