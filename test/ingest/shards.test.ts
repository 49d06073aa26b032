import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { allTime } from '../../src/ingest/item/period.ts';
import { partitionOf, type ShardBy } from '../../src/ingest/item/shard.ts';
import { JsonScanner } from '../../src/ingest/json/scan.ts';
import { cutBatches } from '../../src/ingest/run/batch.ts';
import { ReadMemory } from '../../src/ingest/run/read-memory.ts';
import { selectEntries } from '../../src/ingest/run/shard-work.ts';
import { openFiles } from '../../src/ingest/source/files.ts';
import { makeRandom } from '../support/hostile.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { lines, makeItem } from './support/items.ts';
import { makeFilePorts } from './support/ports.ts';

const MORE_THAN_A_BATCH = 1300;

/** Items of any time and collection, ids that come again, items of a range, and documents that are none. */
function makeDocuments(next: (below: number) => number): readonly unknown[] {
  const pad = (value: number) => String(value).padStart(2, '0');
  const time = () =>
    `${2018 + next(4)}-${pad(1 + next(12))}-${['01T00:00:00Z', '01T00:30:00+01:00', '28T23:59:59.999999Z'][next(3)]}`;
  return Array.from({ length: MORE_THAN_A_BATCH }, (_, place) => {
    const [start, end] = [time(), time()].sort();
    const range = { datetime: null, start_datetime: start, end_datetime: end };
    const properties = next(20) === 0 ? { datetime: 'soon' } : next(3) === 0 ? range : { datetime: start };
    if (next(50) === 0) return ['{"type":"Feature"', '[]', '"x"'][next(3)];
    const id = next(10) === 0 ? 'again' : `item-${place}`;
    return makeItem(id, { properties, collection: ['scenes', 'radar', 'tiles'][next(3)] });
  });
}

interface Taken {
  /** `batch.position` of every document that the shard has. */
  readonly documents: readonly string[];
  /** Partitions that it writes to. */
  readonly partitions: ReadonlySet<string>;
}

async function takeShard(folder: string, shard: number, shards: number, shardBy: ShardBy): Promise<Taken> {
  const documents: string[] = [];
  const partitions = new Set<string>();
  const source = openFiles(['*.ndjson'], makeFilePorts(folder));
  const options = {
    shard,
    shards,
    shardBy,
    limit: null,
    periods: [allTime],
    givenCollections: new Set<string>(),
    writeRow: () => null,
    recogniser: null,
    writes: { now: 0 },
    memory: new ReadMemory(() => undefined),
  };
  for await (const batch of cutBatches(source, new Map(), new JsonScanner(), options)) {
    if (batch.kind !== 'batch') continue;
    for (const { position, judged } of selectEntries(batch, shard).mine) {
      documents.push(`${batch.number}.${position}`);
      if (judged.kind !== 'item') continue;
      const { collection, period } = partitionOf(judged.collection, judged.start, shardBy);
      partitions.add(`${collection} ${period}`);
    }
  }
  return { documents, partitions };
}

test.each([1, 2, 3, 4, 5, 6])(
  'the union of shards is exactly the whole, and no two write to one partition: seed %i',
  async (seed) => {
    const next = makeRandom(seed);
    const folder = makeTemporaryFolder('shards');
    const documents = makeDocuments(next);
    writeFileSync(join(folder, 'a.ndjson'), lines(...documents.slice(0, 700)));
    writeFileSync(join(folder, 'b.ndjson'), lines(...documents.slice(700)));
    const shardBy = (['month', 'year', 'none'] as const)[seed % 3] ?? 'month';
    const shards = 2 + next(7);
    const whole = await takeShard(folder, 1, 1, shardBy);
    expect(whole.documents).toHaveLength(documents.length);
    const taken: Taken[] = [];
    for (let shard = 1; shard <= shards; shard += 1) taken.push(await takeShard(folder, shard, shards, shardBy));
    expect(taken.flatMap((one) => one.documents).sort()).toEqual([...whole.documents].sort());
    // A partition that two shards write to would be here twice.
    expect(taken.flatMap((one) => [...one.partitions]).sort()).toEqual([...whole.partitions].sort());
    expect(taken.filter((one) => one.partitions.size > 0).length).toBeGreaterThan(1);
  },
);
