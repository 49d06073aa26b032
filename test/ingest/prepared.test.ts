import { describe, expect, test } from '@jest/globals';
import { type PartitionKey, partitionOf } from '../../src/ingest/item/shard.ts';
import type { Bounds } from '../../src/ingest/load/bounds.ts';
import { keepPrepared } from '../../src/ingest/load/prepared.ts';
import { makeExpectation } from '../../src/ingest/run/expect-partitions.ts';

const MONTH = 31n * 86_400_000_000n;
const keyOf = (month: number): PartitionKey => partitionOf('c', BigInt(month) * MONTH, 'month');
const wide = (month: number) => ({ key: keyOf(month), spans: null });

describe('partitions that are prepared', () => {
  /** Each preparation, with the end of it in the test's hands. */
  function watchPreparations(bounds: readonly Bounds[] = []) {
    const groups: { readonly periods: readonly string[]; end(error?: Error): void }[] = [];
    const prepared = keepPrepared({
      prepare: (keys) =>
        new Promise((resolve, reject) => {
          const periods = keys.map(({ period }) => period);
          groups.push({ periods, end: (error) => (error ? reject(error) : resolve(periods.map((one) => `_${one}`))) });
        }),
      readBounds: async () => bounds,
    });
    return { groups, prepared };
  }

  const turn = () => new Promise(setImmediate);

  test('six at a time, once each, and those that are expected are had when they are asked for', async () => {
    const { groups, prepared } = watchPreparations();
    prepared.expect(keyOf(0));
    await turn();
    for (let month = 1; month < 9; month += 1) prepared.expect(keyOf(month));
    const names = prepared.namesOf([wide(3), wide(0)]);
    await turn();
    expect(groups.map(({ periods }) => periods.length)).toEqual([1]);
    groups[0]?.end();
    await turn();
    groups[1]?.end();
    expect(await names).toEqual([`_${keyOf(3).period}`, `_${keyOf(0).period}`]);
    await turn();
    groups[2]?.end();
    await prepared.settle();
    expect(groups.map(({ periods }) => periods.length)).toEqual([1, 6, 2]);
    expect(prepared.names()).toHaveLength(9);
  });

  test('what one that was expected fails with is met by who asks for it, and whoever asks again has it made again', async () => {
    const { groups, prepared } = watchPreparations();
    prepared.expect(keyOf(0));
    const asked = prepared.namesOf([wide(0)]);
    await turn();
    groups[0]?.end(new Error('no'));
    await expect(asked).rejects.toThrow('no');
    await prepared.settle();
    expect(prepared.names()).toEqual([]);
    const again = prepared.namesOf([wide(0)]);
    await turn();
    groups[1]?.end();
    expect(await again).toEqual([`_${keyOf(0).period}`]);
  });

  describe('where they are there', () => {
    const january = { from: 0n, to: MONTH };
    const takes = (from: bigint | null, to: bigint | null): Bounds => ({
      partition: 'january',
      period: january,
      starts: { from, to },
      ends: { from, to },
    });
    const within = (from: bigint, to: bigint, end = to) => ({
      key: keyOf(0),
      spans: { starts: { from, to }, ends: { from, to: end } },
    });
    const given = async (bounds: Bounds, wanted: ReturnType<typeof within>) => {
      const { groups, prepared } = watchPreparations([bounds]);
      const names = prepared.namesOf([wanted]);
      await turn();
      groups[0]?.end();
      return await names;
    };

    test('they are used as they are if their constraints take the items', async () => {
      expect(await given(takes(5n, 9n), within(5n, 9n))).toEqual(['january']);
      expect(await given(takes(null, null), within(5n, 9n, 2n * MONTH))).toEqual(['january']);
    });

    test.each([
      ['an item begins before', takes(5n, 9n), within(4n, 9n)],
      ['an item begins after', takes(5n, 9n), within(5n, 10n)],
      ['an item ends after', takes(5n, 9n), within(5n, 9n, 10n)],
      ['the partition is that of another month', { ...takes(5n, 9n), period: { from: 1n, to: MONTH } }, within(5n, 9n)],
    ])('and widened if %s', async (_words, bounds, wanted) => {
      expect(await given(bounds, wanted)).toEqual(['_1970-01']);
    });

    test('and widened once a constraint was met that should not have been there', async () => {
      const { groups, prepared } = watchPreparations([takes(5n, 9n)]);
      expect(await prepared.namesOf([within(5n, 9n)])).toEqual(['january']);
      prepared.forget();
      const names = prepared.namesOf([within(5n, 9n)]);
      await turn();
      groups[0]?.end();
      expect(await names).toEqual(['_1970-01']);
      expect(prepared.names()).toEqual(['january', '_1970-01']);
    });
  });

  test('are expected of a collection that had no items, unless its items are yet to be judged', () => {
    const collection = (wasEmpty: boolean) => ({ id: 'c', wasEmpty }) as never;
    const expected = (wasEmpty: boolean, schemas: null | (() => Promise<null>)) => {
      const periods: string[] = [];
      const prepared = { expect: ({ period }: PartitionKey) => periods.push(period) } as never;
      const tell = makeExpectation({ schemas, shardBy: 'month', prepared });
      for (const start of [0n, 1n, MONTH, -1n]) tell({ start } as never, collection(wasEmpty));
      return periods;
    };
    expect(expected(true, null)).toEqual(['1970-01', '1970-02', '1969-12']);
    expect(expected(false, null)).toEqual([]);
    expect(expected(true, async () => null)).toEqual([]);
  });
});
