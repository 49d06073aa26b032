import { describe, expect, test } from '@jest/globals';
import { type PartitionKey, partitionOf } from '../../src/ingest/item/shard.ts';
import { keepPrepared } from '../../src/ingest/load/prepared.ts';
import { makeExpectation } from '../../src/ingest/run/expect-partitions.ts';

const MONTH = 31n * 86_400_000_000n;
const keyOf = (month: number): PartitionKey => partitionOf('c', BigInt(month) * MONTH, 'month');

describe('partitions that are prepared', () => {
  /** Each preparation, with the end of it in the test's hands. */
  function watchPreparations() {
    const groups: { readonly periods: readonly string[]; end(error?: Error): void }[] = [];
    const prepared = keepPrepared(
      (keys) =>
        new Promise((resolve, reject) => {
          const periods = keys.map(({ period }) => period);
          groups.push({ periods, end: (error) => (error ? reject(error) : resolve(periods.map((one) => `_${one}`))) });
        }),
    );
    return { groups, prepared };
  }

  const turn = () => new Promise(setImmediate);

  test('six at a time, once each, and those that are expected are had when they are asked for', async () => {
    const { groups, prepared } = watchPreparations();
    prepared.expect(keyOf(0));
    await turn();
    for (let month = 1; month < 9; month += 1) prepared.expect(keyOf(month));
    const names = prepared.namesOf([keyOf(3), keyOf(0)]);
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
    const asked = prepared.namesOf([keyOf(0)]);
    await turn();
    groups[0]?.end(new Error('no'));
    await expect(asked).rejects.toThrow('no');
    await prepared.settle();
    expect(prepared.names()).toEqual([]);
    const again = prepared.namesOf([keyOf(0)]);
    await turn();
    groups[1]?.end();
    expect(await again).toEqual([`_${keyOf(0).period}`]);
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
