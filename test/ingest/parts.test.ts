import { expect, test } from '@jest/globals';
import { allTime } from '../../src/ingest/item/period.ts';
import { JsonScanner } from '../../src/ingest/json/scan.ts';
import { type CutOptions, cutBatches, type DoneParts, type PartEnd } from '../../src/ingest/run/batch.ts';
import type { Batch } from '../../src/ingest/run/entry.ts';
import { ReadMemory } from '../../src/ingest/run/read-memory.ts';
import type { OpenSource } from '../../src/ingest/source/document.ts';
import { makeItem } from './support/items.ts';

/** A source of parts, each with items of these ids; those in `owned` are the reader's own. */
function makeSource(parts: Readonly<Record<string, readonly string[]>>, owned: readonly string[] = []): OpenSource {
  return {
    async *collections() {},
    async *parts(done) {
      for (const [name, ids] of Object.entries(parts)) {
        if (done.has(name)) continue;
        yield {
          name,
          owned: owned.includes(name),
          async *documents() {
            for (const id of ids)
              yield [{ bytes: Buffer.from(JSON.stringify(makeItem(id))), source: name, place: id, tooLarge: false }];
          },
        };
      }
    },
  };
}

async function cut(source: OpenSource, done: DoneParts, limit: number | null = null): Promise<(Batch | PartEnd)[]> {
  const options: CutOptions = {
    shard: 1,
    shards: 3,
    shardBy: 'none',
    limit,
    periods: [allTime],
    givenCollections: new Set(),
    writeRow: () => null,
    recogniser: null,
    writes: { now: 0 },
    memory: new ReadMemory(() => undefined),
  };
  const cuts: (Batch | PartEnd)[] = [];
  for await (const one of cutBatches(source, done, new JsonScanner(), options)) cuts.push(one);
  return cuts;
}

const describe = (cuts: readonly (Batch | PartEnd)[]) =>
  cuts.map((one) =>
    one.kind === 'partEnd'
      ? `${one.part} ends after ${one.batches}`
      : `${one.number}: ${one.entries.map(({ place, position }) => `${place}@${position}`).join(' ')}`,
  );

const parts = { a: ['1', '2'], b: [], c: ['3'] };

test('a batch ends with its part, and numbers go on from part to part', async () => {
  expect(describe(await cut(makeSource(parts), new Map()))).toEqual([
    '1: 1@1 2@2',
    'a ends after 1',
    'b ends after 0',
    '2: 3@1',
    'c ends after 1',
  ]);
});

test('parts that are done are passed over, and the numbers their batches took', async () => {
  const done = new Map([
    ['a', 4],
    ['b', 0],
  ]);
  expect(describe(await cut(makeSource(parts), done))).toEqual(['5: 3@1', 'c ends after 1']);
});

test('a limit is of all parts together', async () => {
  expect(describe(await cut(makeSource(parts), new Map(), 2))).toEqual(['1: 1@1 2@2', 'a ends after 1']);
});

test('all that is in an owned part is the shard’s that reads it', async () => {
  const shards = (await cut(makeSource(parts, ['c']), new Map())).flatMap((one) =>
    one.kind === 'batch' ? one.entries.map(({ place, shard }) => [place, shard] as const) : [],
  );
  const [first, second, third] = shards.map(([, shard]) => shard);
  expect(third).toBe(1);
  expect([first, second]).not.toContain(1);
});
