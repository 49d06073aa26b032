import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import { type Instant, parseInstant } from '../../src/ingest/item/instant.ts';
import { shardOf } from '../../src/ingest/item/shard.ts';
import { BATCH_ITEMS } from '../../src/ingest/run/batch-in-making.ts';
import { finishRun, settleAll } from '../../src/ingest/run/finish-run.ts';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { itemsOf, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const source = { kind: 'files', files: ['items.ndjson'] } as const;

describeWith(['postgres15', 'python'], 'a run of several batches', () => {
  const { make } = useServer(['0.9.11']);

  const orders = { 'the first shard first': [1, 2], 'the last shard first': [2, 1], 'one shard': [1] };
  test.each(Object.entries(orders))(
    'of an id in two batches and months the later one stays: %s',
    async (_, order) => {
      const folder = makeTemporaryFolder('runs');
      const write = (...items: readonly object[]) =>
        writeFileSync(join(folder, 'items.ndjson'), lines(makeCollection(), ...items));
      const [first, last] = ['02', '01'].map((month) =>
        makeItem('x', { properties: { datetime: `2024-${month}-10T00:00:00Z` } }),
      ) as [object, object];
      const others = Array.from({ length: BATCH_ITEMS }, (_, place) => makeItem(`item-${place}`));
      write(first, ...others, last);
      const databases = await make();
      const ports = makePorts(databases, folder);
      const run = async () => {
        const plan = await makePlan(source, ports, { shards: order.length });
        for (const shard of order) await runIngestion({ ...plan, shard }, ports);
        return (await finishRun(plan.run.run, ports)).counts;
      };
      const found = async () => (await itemsOf(databases.pgstac)).filter(({ id }) => id === 'x');
      const january = parseInstant('2024-01-10T00:00:00Z') as Instant;
      const isLaterFirst = order.length > 1 && order[0] === shardOf('scenes', january, 'month', order.length);
      expect(await run()).toMatchObject(isLaterFirst ? { duplicates: 1 } : { updated: 1 });
      expect(await found()).toMatchObject([{ partition: '202401' }]);
      // Where the later one comes first, nothing is written; else both are, since the later one may be gone.
      expect(await run()).toMatchObject(isLaterFirst ? { duplicates: 1, unchanged: BATCH_ITEMS + 1 } : { updated: 2 });
      expect(await found()).toMatchObject([{ partition: '202401' }]);
      write(first, ...others);
      expect(await run()).toMatchObject({ updated: 1, unchanged: BATCH_ITEMS });
      expect(await found()).toMatchObject([{ partition: '202402' }]);
    },
    60_000,
  );

  test('a receipt with a name that no index takes, left by an older release, is settled', async () => {
    const databases = await make();
    const ports = makePorts(databases, makeTemporaryFolder('runs'));
    const { run } = await makePlan(source, ports);
    const random = makeRandom(1);
    const long = Array.from({ length: 2800 }, () => String.fromCharCode(97 + random(26), 48 + random(10))).join('');
    const items = [long, 'short'].map((name, place) => {
      return { position: place + 1, id: name, collection: name, outcome: 'quarantined', hash: 'ab'.repeat(32) };
    });
    await databases.pgstac.session((session) =>
      session.query('INSERT INTO platform.receipt (run, shard, batch, items) VALUES ($1, 1, 1, $2::text::jsonb)', [
        run.run,
        JSON.stringify(items),
      ]),
    );
    await settleAll(ports);
    expect(
      await rowsOf(databases.ingest, 'SELECT item, collection FROM public.ingestion_log ORDER BY position'),
    ).toEqual([
      { item: null, collection: null },
      { item: 'short', collection: 'short' },
    ]);
  });
});
