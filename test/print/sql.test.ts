import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sqlComment, sqlIdentifier, sqlNumber, sqlText } from '../../src/print/sql.ts';
import { hasNul, isUnpaired } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { startPostgres } from '../support/postgres.ts';
import { expectEqual, printAll, values } from './values.ts';

const unstorable = (value: string) => hasNul(value) || isUnpaired(value);
const printed = printAll(sqlText, unstorable);
const names = printAll(sqlIdentifier, (value) => unstorable(value) || value === '' || Buffer.byteLength(value) > 63);
const rows = printed.map(({ text }, index) => `(${index},${text})`).join(',\n');
const comments = values.map((value) => `-- ${sqlComment(value)}\n`).join('');

/** Bytes, because PGlite's client drops a byte order mark at the start of a text. */
const asHex = "encode(convert_to(value, 'UTF8'), 'hex') AS hex";
interface Hex {
  readonly hex: string;
}
const readHex = ({ hex }: Hex) => Buffer.from(hex, 'hex').toString();

describe('SQL, run by PostgreSQL (PGlite)', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
  });
  afterAll(() => database.close());

  for (const setting of ['on', 'off']) {
    test(`every text comes back with standard_conforming_strings ${setting}`, async () => {
      await database.exec(`SET standard_conforming_strings = ${setting}; SET escape_string_warning = off`);
      const read = await database.query<Hex>(`SELECT ${asHex} FROM (VALUES ${rows}) AS a (n, value) ORDER BY n`);
      expectEqual(printed, read.rows.map(readHex));
    });
  }

  test('every text comes back from a dollar-quoted body', async () => {
    await database.exec(`CREATE TEMP TABLE b (n int, value text); DO $$ BEGIN INSERT INTO b VALUES ${rows}; END $$`);
    const read = await database.query<Hex>(`SELECT ${asHex} FROM b ORDER BY n`);
    expectEqual(printed, read.rows.map(readHex));
  });

  test('every identifier names a column', async () => {
    // PostgreSQL takes 1,600 columns at most in one row.
    for (let from = 0; from < names.length; from += 1000) {
      const part = names.slice(from, from + 1000);
      const { fields } = await database.query(`SELECT ${part.map(({ text }) => `1 AS ${text}`).join(', ')}`, [], {
        rowMode: 'array',
      });
      expectEqual(
        part,
        fields.map(({ name }) => name),
        (value) => value.replace(/^\ufeff/, ''),
      );
    }
  });

  test('a text right after a word stays a literal', async () => {
    const { rows } = await database.query(`SELECT${sqlText('a\\b')} AS a, 1 -${sqlNumber(-2)} AS b`);
    expect(rows).toEqual([{ a: 'a\\b', b: 3 }]);
  });

  test('no comment leaves its line', async () => {
    expect((await database.exec(`${comments}SELECT 1 AS one`)).map(({ rows }) => rows)).toEqual([[{ one: 1 }]]);
  });
});

describeWith(['postgres15'], 'SQL, read by psql and PostgreSQL 15', () => {
  test('every text comes back through a script', async () => {
    const server = await startPostgres();
    const script = `\\set name intruder\n${comments}SELECT ${asHex} FROM (VALUES ${rows}) AS a (n, value) ORDER BY n;`;
    const lines = (await server.psql(script)).split('\n');
    expectEqual(
      printed,
      lines.map((hex) => readHex({ hex })),
    );
    await server.stop();
  });
});

test('a number that is not finite is refused', () => {
  for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) expect(() => sqlNumber(value)).toThrow(RangeError);
});
