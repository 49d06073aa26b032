import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { makeItem } from './support/items.ts';
import { describeDatabase, load } from './support/load.ts';
import { useServer } from './support/server.ts';

const items = Array.from({ length: 5200 }, (_, place) =>
  makeItem(`item-${place}`, { properties: { datetime: new Date(Date.UTC(2024, place % 5, 3)).toISOString(), place } }),
);

describeWith(['postgres15', 'python'], 'pipelines.X.connections', () => {
  const suite = useServer(['0.10.0']);
  const { make, openAgain } = suite;

  test.each([1, 2, 4])(
    '%i: so many batches are loaded at the same time, and what is loaded is the same',
    async (n) => {
      const databases = await make('0.10.0');
      const other = await openAgain();
      let loading: Promise<unknown> = Promise.resolve();
      await other.pgstac.transaction(async (session) => {
        await session.query('LOCK TABLE platform.ledger IN EXCLUSIVE MODE');
        loading = load(databases, items, { connections: n });
        const count = async () => Number(await suite.server.psql('SELECT count(*) FROM pg_locks WHERE NOT granted'));
        while ((await count()) < n) await sleep(20);
        // One more would be there by now.
        await sleep(500);
        expect(await count()).toBe(n);
      });
      expect(await loading).toMatchObject({ counts: { read: items.length, inserted: items.length } });
      const { partitions, items: rows } = await describeDatabase(databases.pgstac);
      expect(rows).toHaveLength(items.length);
      expect(partitions).toHaveLength(5);
    },
    60_000,
  );
});
