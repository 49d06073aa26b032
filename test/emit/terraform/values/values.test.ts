import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../../support/root.ts';
import { openAll } from '../../../trace/traces.ts';
import { badTexts } from './bad-texts.ts';
import { listBadValues, refuse } from './refuse.ts';
import { type Origin, traceAttributes } from './trace-attributes.ts';

/** The first three write every key between them; then every default, and the other bootstrap. */
const specs = [
  'test/diff/full-cloud-sql.yaml',
  'test/diff/full-virtual-machines.yaml',
  'test/diff/full-endpoint.yaml',
  'spec/platform.yaml',
  'examples/03-bootstrap-terraform/platform.yaml',
];

/** One attribute of a resource that the templates write. */
interface Row {
  /** The keys of the spec that its value comes from, each of them checked below; left out: it refers to resources only. */
  readonly from?: readonly string[];
  /** What templates write there themselves, where it does not come from the spec. */
  readonly writes?: readonly string[];
  /** What the provider refuses at plan; left out: it takes anything of the type. Source: google 6.50's own source. */
  readonly plan?: string;
  /** Who says that what is written is right, where the provider does not look. */
  readonly documented?: string;
}

const file = join(projectRoot, 'test/emit/terraform/values/attributes.json');
const table = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Row>>;
const record = process.env['RECORD'] === '1';

const advice = `
A template writes an attribute that attributes.json does not have like this. RECORD=1 npx jest test/emit/terraform/values
and npx biome check --write take it down; read the diff, and complete each new row: "plan" is what the provider's source refuses at plan (its
ValidateFunc), "documented" the page of Google's that has what a template writes there itself. A text key that is new in
some "from" needs values in bad-texts.ts that validate refuses.`;

describe('every value of Terraform', () => {
  let origins: ReadonlyMap<string, Origin>;

  beforeAll(async () => {
    origins = await traceAttributes(specs.flatMap((spec) => openAll(spec)));
    if (record) writeFileSync(file, format(origins));
  }, 600_000);

  test('stands in the table, with what it comes from', () => {
    const found = JSON.parse(format(origins)) as typeof table;
    const wrong = [...new Set([...Object.keys(found), ...Object.keys(table)])].filter(
      (name) => !isDeepStrictEqual(found[name], table[name]),
    );
    if (wrong.length > 0 && !record) throw new Error(`${wrong.join('\n')}\n${advice}`);
  });
});

test('what a template writes itself is checked at plan, or is documented', () => {
  const silent = Object.entries(table).filter(
    ([, row]) => row.writes !== undefined && (row.plan ?? row.documented) === undefined,
  );
  expect(silent.map(([name]) => name)).toEqual([]);
});

describe('what comes from the spec is refused where it is wrong', () => {
  const keys = [...new Set(Object.values(table).flatMap(({ from = [] }) => from))].sort();

  test.each(keys)('%s', (key) => {
    const bad = listBadValues(key);
    if (bad.length === 0)
      throw new Error(`no bad value of ${key} is refused: give it a bound in the schema, or one in bad-texts.ts`);
    for (const [value, code, severity = 'error'] of bad)
      expect({ value, refusals: refuse(key, value) }).toEqual({
        value,
        refusals: expect.arrayContaining([`${severity} ${code}`]),
      });
  });

  test('and no key is checked that reaches nothing', () => {
    expect(Object.keys(badTexts).filter((key) => !keys.includes(key))).toEqual([]);
  });
});

/** The table as it should be: what people wrote into a row stays. */
function format(origins: ReadonlyMap<string, Origin>): string {
  const rows = [...origins]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { from, literals }]) => {
      const { plan, documented } = table[name] ?? {};
      const own = from.size === 0 && literals.size > 0;
      const row: Row = {
        ...(from.size > 0 ? { from: [...from].sort() } : {}),
        ...(own ? { writes: [...literals].sort() } : {}),
        ...(plan === undefined ? {} : { plan }),
        ...(documented === undefined || !own ? {} : { documented }),
      };
      return [name, row] as const;
    });
  return `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`;
}
