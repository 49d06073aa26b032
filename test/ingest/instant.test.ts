import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { openServer } from '../../src/database/server.ts';
import { formatInstant, monthOf, parseInstant } from '../../src/ingest/item/instant.ts';
import { type PartitionKey, partitionOf, shardOf } from '../../src/ingest/item/shard.ts';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

const known = [
  '2024-01-15T10:00:00Z',
  '2024-01-15t10:00:00z',
  '2024-01-15 10:00:00+00',
  '2024-01-15T10:00:00+02:00',
  '2024-01-15T10:00:00-0930',
  '2024-02-29T00:00:00Z',
  '2023-12-31T23:59:59.9999995Z',
  '2024-01-01T00:30:00+02:00',
  '1969-12-31T23:59:59.000001Z',
  '2016-12-31T23:59:60Z',
  '2024-01-15',
  '2024-01-15T10:00',
  '2024-01-15T10:00:00',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
  '2024-01-15T10:00:00.0000005Z',
  '2024-01-15T10:00:00.0000015Z',
  '2024-01-15T10:00:00.123456789012345678Z',
  '2024-01-15T10:00:00.1Z',
];

test('what is no moment is none', () => {
  const wrong = [
    '',
    'now',
    'infinity',
    '2024',
    '2024-01',
    '2024-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-01-15T24:00:01Z',
    '2024-01-15T10:60:00Z',
    '2024-01-15T10:00:61Z',
    '2024-01-15T10:00:00+16:00',
    '2024-01-15T10:00:00+02:60',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59.9999999Z',
    '9999-12-31T23:59:59-01:00',
    '20240115T100000Z',
    '2024-01-15T10:00:00 CET',
    ' 2024-01-15',
    '2024-1-5',
  ];
  for (const text of wrong) expect([text, parseInstant(text)]).toEqual([text, null]);
});

test('a partition starts and ends in UTC', () => {
  const at = (text: string) => parseInstant(text) ?? 0n;
  const key = (text: string, by: 'month' | 'year' | 'none'): PartitionKey => partitionOf('c', at(text), by);
  expect(key('2024-01-01T00:30:00+02:00', 'month')).toEqual({
    collection: 'c',
    period: '2023-12',
    from: '2023-12-01 00:00:00+00',
    to: '2024-01-01 00:00:00+00',
  });
  expect(key('2024-06-15T00:00:00Z', 'year')).toEqual({
    collection: 'c',
    period: '2024',
    from: '2024-01-01 00:00:00+00',
    to: '2025-01-01 00:00:00+00',
  });
  expect(key('2024-06-15T00:00:00Z', 'none')).toEqual({
    collection: 'c',
    period: '',
    from: '-infinity',
    to: 'infinity',
  });
  expect(monthOf(at('1969-12-31T23:59:59.999999Z'))).toEqual({ year: 1969, month: 12 });
});

test('items of one partition have one shard, and twelve months have twelve of twelve', () => {
  const random = makeRandom(3);
  for (let round = 0; round < 300; round += 1) {
    const shards = random(40) + 1;
    const by = (['month', 'year', 'none'] as const)[random(3)] ?? 'month';
    const start = BigInt(random(2 ** 31)) * 2_000_000n - 2n ** 50n;
    const shard = shardOf('c', start, by, shards);
    expect(shard).toBeGreaterThanOrEqual(1);
    expect(shard).toBeLessThanOrEqual(shards);
    const { from } = partitionOf('c', start, by);
    if (by !== 'none') expect(shardOf('c', parseInstant(from) ?? 0n, by, shards)).toBe(shard);
  }
  const months = Array.from({ length: 12 }, (_, month) => BigInt(Date.UTC(2023, 4 + month, 20)) * 1000n);
  expect(new Set(months.map((start) => shardOf('c', start, 'month', 12))).size).toBe(12);
});

describeWith(['postgres15'], "moments and PostgreSQL's timestamptz", () => {
  let server: Postgres;
  let database: Database;
  beforeAll(async () => {
    server = await startPostgres({ settings: { timezone: 'Pacific/Auckland' } });
    database = await openServer(server.superuserDsn, { variable: 'PGSTAC_DSN' });
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  test('are the same to the microsecond, and in the same month', async () => {
    const random = makeRandom(11);
    const digits = (count: number, below: number) => String(random(below)).padStart(count, '0');
    const made = Array.from({ length: 2000 }, () => {
      const day = `${digits(4, 9998).replace('0000', '0001')}-${digits(2, 12).replace(/^(.*)$/, (m) => String(Number(m) + 1).padStart(2, '0'))}-${String(random(28) + 1).padStart(2, '0')}`;
      const fraction = random(2) === 0 ? '' : `.${Array.from({ length: random(9) + 1 }, () => random(10)).join('')}`;
      const zone = ['Z', '+00:00', `+${digits(2, 15)}:30`, `-${digits(2, 15)}:45`, ''][random(5)];
      return `${day}T${digits(2, 24)}:${digits(2, 60)}:${digits(2, 60)}${fraction}${zone}`;
    });
    const texts = [...known, ...made].filter((text) => !text.startsWith('0001-01-01T') || text.endsWith('Z'));
    const rows = await database.transaction(async (session) => {
      await session.query(`SELECT set_config('timezone', 'UTC', true)`);
      return await session.query<{ micro: string; month: string; written: boolean }>(
        `SELECT (extract(epoch FROM t::timestamptz) * 1000000)::bigint::text AS micro, to_char(t::timestamptz, 'YYYY-MM') AS month,
           t::timestamptz = w::timestamptz AS written
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u (t, w, n) ORDER BY n`,
        [texts, texts.map((text) => formatInstant(parseInstant(text) ?? 0n))],
      );
    });
    const ours = texts.map((text) => {
      const instant = parseInstant(text);
      return [text, String(instant), instant === null ? null : partitionOf('c', instant, 'month').period, true];
    });
    expect(ours).toEqual(rows.map(({ micro, month, written }, place) => [texts[place], micro, month, written]));
  }, 60_000);
});
