import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import { listStale, preparePartitions, settlePartition } from '../../src/ingest/load/partitions.ts';
import { isTransient } from '../../src/ingest/load/retry.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { describeDatabase, load, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const months = Array.from({ length: 8 }, (_, month) => ({
  from: `2024-${String(month + 1).padStart(2, '0')}-01T00:00:00.000Z`,
  to: `2024-${String(month + 2).padStart(2, '0')}-01T00:00:00.000Z`,
}));
const makeItems = (platform: string) =>
  months.map(({ from }, month) => makeItem(String(month), { properties: { datetime: from, platform } }));
const items = makeItems('one');

describeWith(['postgres15', 'python'], 'partitions are settled', () => {
  const { make } = useServer(['0.9.11', '0.10.0']);

  describe.each(['0.9.11', '0.10.0'] as const)('%s', (version) => {
    /** As batches leave them: with constraints as wide as their partitions. */
    const widenAll = async (pgstac: Database) => {
      const keys = months.map(({ from, to }) => ({ collection: 'scenes', period: from.slice(0, 7), from, to }));
      await preparePartitions(pgstac, keys);
    };

    test('by many at once, as by one', async () => {
      const databases = await make(version);
      const { pgstac } = databases;
      await load(databases, items, { shardBy: 'month' });
      const alone = await describeDatabase(pgstac);
      await widenAll(pgstac);
      expect(await describeDatabase(pgstac)).not.toEqual(alone);
      const stale = await listStale(pgstac);
      expect(stale).toHaveLength(months.length);
      await Promise.all(stale.map((partition) => settlePartition(pgstac, partition)));
      expect(await describeDatabase(pgstac)).toEqual(alone);
    }, 60_000);

    test('once more after a batch, where another runner had settled them since they were prepared', async () => {
      const databases = await make(version);
      const { pgstac } = databases;
      const folder = makeTemporaryFolder('settle');
      writeFileSync(join(folder, 'items.ndjson'), lines(makeCollection(), ...items));
      const busy: Database = {
        ...pgstac,
        transaction: async (work) => {
          const isEmpty = (await rowsOf(pgstac, 'SELECT id FROM pgstac.items')).length === 0;
          if (isEmpty) for (const partition of await listStale(pgstac)) await settlePartition(pgstac, partition);
          return await pgstac.transaction(work);
        },
      };
      const plan = await makePlan({ kind: 'files', files: ['items.ndjson'] }, makePorts(databases, folder));
      await runIngestion(plan, makePorts({ ...databases, pgstac: busy }, folder));
      const undisturbed = await make(version);
      await load(undisturbed, items, { shardBy: 'month' });
      expect(await describeDatabase(pgstac)).toEqual(await describeDatabase(undisturbed.pgstac));
    }, 60_000);

    test('to the same, and no reader is in the way, where a partition takes an upsert as it is', async () => {
      const [databases, undisturbed] = [await make(version), await make(version)];
      const changed = makeItems('other');
      await load(databases, items, { shardBy: 'month' });
      await databases.pgstac.session(async (reader) => {
        await reader.query('BEGIN');
        await reader.query('SELECT FROM pgstac.items');
        await load(databases, changed, { shardBy: 'month' });
        await reader.query('ROLLBACK');
      });
      await load(undisturbed, changed, { shardBy: 'month' });
      expect(await describeDatabase(databases.pgstac)).toEqual(await describeDatabase(undisturbed.pgstac));
    }, 60_000);

    test('again, where pgSTAC passed over what kept it from making a constraint', async () => {
      const databases = await make(version);
      const { pgstac } = databases;
      await load(databases, items, { shardBy: 'month' });
      await widenAll(pgstac);
      const [partition = ''] = await listStale(pgstac);
      await pgstac.session(async (other) => {
        await other.query('BEGIN');
        await other.query(`LOCK TABLE pgstac."${partition}" IN ACCESS SHARE MODE`);
        const impatient: Database = {
          ...pgstac,
          transaction: (work) =>
            pgstac.transaction(async (session) => {
              await session.query(`SET LOCAL lock_timeout = '200ms'`);
              return await work(session);
            }),
        };
        const failure: unknown = await settlePartition(impatient, partition).catch((error: unknown) => error);
        expect([failure, isTransient(failure)]).toEqual([expect.any(Error), true]);
        await other.query('ROLLBACK');
      });
      expect(await listStale(pgstac)).toContain(partition);
      await settlePartition(pgstac, partition);
      expect(
        await rowsOf(
          pgstac,
          `SELECT conname FROM pg_constraint WHERE conrelid = 'pgstac."${partition}"'::regclass AND contype = 'c'`,
        ),
      ).toHaveLength(1);
    }, 60_000);
  });
});
