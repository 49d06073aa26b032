import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import { parsePeriod } from '../../src/ingest/item/period.ts';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { type Lease, releaseLease, takeLease } from '../../src/ingest/run/lease.ts';
import { fingerprintSource } from '../../src/ingest/run/reconcile.ts';
import type { StacApiSource } from '../../src/model/platform.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import type { Databases } from './support/databases.ts';
import { type IngestOptions, ingest, makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { itemsOf, load, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const inMonth = (id: string, month: number) =>
  makeItem(id, { properties: { datetime: `2024-0${month}-15T10:00:00Z`, title: 'a' } });
const many = (count: number) => Array.from({ length: count }, (_, at) => inMonth(`item-${at}`, (at % 3) + 1));
const idsOf = async ({ pgstac }: Databases) => (await itemsOf(pgstac)).map(({ id }) => id);
const reconcile = { reconcile: true, mostDeleted: 0.5 };

const api: StacApiSource = {
  kind: 'stacApi',
  url: 'https://stac.example.org',
  collections: ['scenes'],
  bbox: null,
  datetime: null,
  query: null,
  intersects: null,
  ids: null,
  filter: null,
  sortby: null,
  pageSize: 100,
  requests: { atOnce: 2, perSecond: null },
};

describeWith(['postgres15', 'python'], 'items that are gone from the source', () => {
  const suite = useServer(['0.9.11']);

  test('are deleted with their rows of the ledger, stand in the log, and leave statistics behind that are true', async () => {
    const databases = await suite.make();
    await load(databases, many(6));
    const { run, deleted, refused, counts } = await load(databases, many(4), { ...reconcile, shards: 2 });
    expect([deleted, refused, counts.read]).toEqual([2, null, 4]);
    expect(await idsOf(databases)).toEqual(['item-0', 'item-1', 'item-2', 'item-3']);
    expect(await rowsOf(databases.pgstac, 'SELECT count(*)::int AS ledger FROM platform.ledger')).toEqual([
      { ledger: 4 },
    ]);
    expect(await rowsOf(databases.pgstac, 'SELECT * FROM platform.stale_partition')).toEqual([]);
    expect(await rowsOf(databases.pgstac, 'SELECT * FROM platform.gone')).toEqual([]);
    expect(
      await rowsOf(
        databases.ingest,
        `SELECT shard, batch, position, item FROM ingestion_log WHERE run = '${run}' AND outcome = 'deleted' ORDER BY 3`,
      ),
    ).toEqual([
      { shard: 0, batch: 1, position: 1, item: 'item-4' },
      { shard: 0, batch: 1, position: 2, item: 'item-5' },
    ]);
    expect(
      await rowsOf(
        databases.ingest,
        `SELECT unchanged::int, deleted::int, reconcile, finished IS NOT NULL AS finished FROM ingestion_run WHERE run = '${run}'`,
      ),
    ).toEqual([{ unchanged: 4, deleted: 2, reconcile: true, finished: true }]);
    expect(
      await rowsOf(
        databases.ingest,
        `SELECT shard, done, started <= ended AS told, batches, unchanged::int, deleted::int FROM ingestion_shard
         WHERE run = '${run}' ORDER BY shard`,
      ),
    ).toEqual([
      { shard: 0, done: true, told: true, batches: 1, unchanged: 0, deleted: 2 },
      { shard: 1, done: true, told: true, batches: 1, unchanged: 3, deleted: 0 },
      { shard: 2, done: true, told: true, batches: 1, unchanged: 1, deleted: 0 },
    ]);
  });

  test('more than the share asked for stay, until the spec allows it and the run is finished again', async () => {
    const databases = await suite.make();
    const { ports, finish } = await prepare(databases, many(10), many(8), { reconcile: true, mostDeleted: 0.1 });
    const refused = await finish(0.1);
    expect(refused.refused?.message).toMatch(
      /^nothing is deleted: 2 of 10 items .* 0\.2 of them, .*mostDeleted is 0\.1$/,
    );
    expect([refused.deleted, refused.openShards]).toEqual([0, []]);
    expect(await idsOf(databases)).toHaveLength(10);
    expect(
      await rowsOf(ports.pgstac, `SELECT compared, finished IS NOT NULL AS finished FROM platform.run WHERE reconcile`),
    ).toEqual([{ compared: null, finished: true }]);
    expect(await finish(0.2)).toMatchObject({ deleted: 2, refused: null });
    expect(await finish(0.2)).toMatchObject({ deleted: 2, refused: null });
    expect(await idsOf(databases)).toHaveLength(8);
  });

  test('are only those of this pipeline: not what another has met too, nor what somebody else loaded', async () => {
    const databases = await suite.make();
    await load(databases, [inMonth('shared', 1), inMonth('own', 1), inMonth('kept', 1)]);
    await load(databases, [inMonth('shared', 1), inMonth('other', 1)], { pipeline: 'other' });
    await load(databases, [inMonth('foreign', 1)], { pipeline: 'foreign' });
    await databases.pgstac.session((session) => session.run(`DELETE FROM platform.ledger WHERE id = 'foreign'`));
    expect(await load(databases, [inMonth('kept', 1)], reconcile)).toMatchObject({ deleted: 1, refused: null });
    // Met by the other one unchanged: not its own either.
    const others = await load(databases, [inMonth('other', 1)], { ...reconcile, pipeline: 'other' });
    expect(others).toMatchObject({ deleted: 0, refused: null });
    expect(await idsOf(databases)).toEqual(['foreign', 'kept', 'other', 'shared']);
  });

  test('are only those that begin and end within the time asked', async () => {
    const databases = await suite.make();
    const across = makeItem('across', {
      properties: {
        datetime: '2024-01-31T10:00:00Z',
        start_datetime: '2024-01-31T10:00:00Z',
        end_datetime: '2024-02-01T10:00:00Z',
      },
    });
    await load(databases, [...many(9), across]);
    const january = parsePeriod('2024-01-01/2024-01-31') ?? undefined;
    const report = await load(databases, [inMonth('item-0', 1)], {
      reconcile: true,
      mostDeleted: 0.7,
      ...(january && { datetime: january }),
    });
    expect(report).toMatchObject({ deleted: 2, refused: null });
    expect(await idsOf(databases)).toEqual([
      'across',
      'item-0',
      'item-1',
      'item-2',
      'item-4',
      'item-5',
      'item-7',
      'item-8',
    ]);
  });

  test('are not those in quarantine; and where an id could not be read, none', async () => {
    const databases = await suite.make();
    await load(databases, many(4));
    const bad = { ...inMonth('item-3', 1), geometry: { type: 'Nonsense' } };
    expect(await load(databases, [...many(2), bad], reconcile)).toMatchObject({
      deleted: 1,
      counts: { quarantined: 1 },
    });
    expect(await idsOf(databases)).toEqual(['item-0', 'item-1', 'item-3']);
    const nameless = await load(databases, [...many(2), '{"type": "Feature"'], reconcile);
    expect(nameless.refused?.message).toMatch(/1 items without a readable id/);
    expect(await idsOf(databases)).toHaveLength(3);
  });

  test('killed between two batches of deletions and started again, the rest goes and nothing twice', async () => {
    const databases = await suite.make();
    const { ports, finish } = await prepare(databases, many(2500), many(300), { ...reconcile, mostDeleted: 0.9 });
    let times = 0;
    const dying: Database = {
      ...ports.pgstac,
      transaction: (work) =>
        ports.pgstac.transaction((session) =>
          work({
            ...session,
            query: (sql, values) => {
              if (sql.includes('DELETE FROM platform.gone') && ++times === 2) throw new Error('killed');
              return session.query(sql, values);
            },
          }),
        ),
    };
    await expect(finish(0.9, { ...ports, pgstac: dying })).rejects.toThrow('killed');
    expect(await idsOf(databases)).toHaveLength(1500);
    // The share counts what there was: 1,200 of 1,500 were too many now.
    expect(await finish(0.1)).toMatchObject({ deleted: 2200, refused: null });
    expect(await idsOf(databases)).toHaveLength(300);
    expect(
      await rowsOf(
        databases.ingest,
        `SELECT count(*)::int AS rows, count(DISTINCT item)::int AS items FROM ingestion_log WHERE outcome = 'deleted'`,
      ),
    ).toEqual([{ rows: 2200, items: 2200 }]);
  });

  test('are not looked for where another run was at work, or the source is another', async () => {
    const databases = await suite.make();
    const { finish } = await prepare(databases, many(4), many(3), reconcile);
    await load(databases, [inMonth('item-3', 1)]);
    expect((await finish(0.5)).refused?.message).toMatch(/was at work since this one was planned/);
    const other = await prepare(databases, many(4), many(3), reconcile);
    expect((await other.finish(0.5, other.ports, ['other.ndjson'])).refused?.message).toMatch(
      /source is not what it was/,
    );
    expect(await idsOf(databases)).toHaveLength(4);
  });

  test('are not looked for while a run that was planned before still works on a shard', async () => {
    const databases = await suite.make();
    const earlier = await makePlan({ kind: 'files', files: [] }, makePorts(databases, '.'));
    const { ports, finish } = await prepare(databases, many(4), many(3), reconcile);
    const { clock, signal } = ports;
    const lease = await takeLease(databases.pgstac, earlier.run.run, 1, { holder: 'another', clock, signal });
    expect((await finish(0.5)).refused?.message).toMatch(/was at work since this one was planned/);
    await releaseLease(databases.pgstac, lease as Lease, false);
    expect(await finish(0.5)).toMatchObject({ deleted: 1, refused: null });
  });

  test('of a STAC API are those of its collections, its time and its box, on both sides of the antimeridian', async () => {
    const databases = await suite.make();
    const at = (id: string, east: number, north: number, date = '2024-01-15') =>
      makeItem(id, {
        geometry: { type: 'Point', coordinates: [east, north] },
        bbox: [east, north, east, north],
        properties: { datetime: `${date}T00:00:00Z` },
      });
    const features = [at('west', 179, 0), at('east', -179, 0), at('outside', 0, 0), at('late', 179, 0, '2024-06-15')];
    const served = (items: readonly object[]) => ({
      fetch: async (url: string) =>
        Response.json(
          url.includes('/collections/') ? makeCollection() : { type: 'FeatureCollection', features: items },
        ),
    });
    const source = api;
    const folder = makeTemporaryFolder('api');
    await ingest(source, makePorts(databases, folder, served(features)));
    const narrow = { ...source, bbox: [170, -10, -170, 10], datetime: '2024-01-01/2024-01-31' };
    const report = await ingest(narrow, makePorts(databases, folder, served([features[0] as object])), reconcile);
    expect(report).toMatchObject({ deleted: 1, refused: null });
    expect(await idsOf(databases)).toEqual(['late', 'outside', 'west']);
    const around = {
      type: 'Polygon',
      coordinates: [
        [
          [-5, -5],
          [5, -5],
          [5, 5],
          [-5, 5],
          [-5, -5],
        ],
      ],
    };
    const named = { ...source, intersects: around, ids: ['outside', 'west'] };
    const all = { reconcile: true, mostDeleted: 1 };
    expect(await ingest(named, makePorts(databases, folder, served([])), all)).toMatchObject({ deleted: 1 });
    expect(await idsOf(databases)).toEqual(['late', 'west']);
    expect(await ingest({ ...source, ids: ['late'] }, makePorts(databases, folder, served([])), all)).toMatchObject({
      deleted: 1,
    });
    expect(await idsOf(databases)).toEqual(['west']);
  });

  test('are looked for however fast the source is read: how much at once is no other source', () => {
    const source: StacApiSource = { ...api, pageSize: 7, requests: { atOnce: 1, perSecond: 3 } };
    expect(fingerprintSource(source)).toBe(fingerprintSource(api));
    expect(fingerprintSource({ ...api, ids: ['a'] })).not.toBe(fingerprintSource(api));
  });

  async function prepare(
    databases: Databases,
    before: readonly object[],
    after: readonly object[],
    options: IngestOptions,
  ) {
    await load(databases, before);
    const folder = makeTemporaryFolder('reconcile');
    writeFileSync(`${folder}/collection.json`, JSON.stringify(makeCollection()));
    writeFileSync(`${folder}/items.ndjson`, lines(...after));
    const ports = makePorts(databases, folder);
    const plan = await makePlan({ kind: 'files', files: ['collection.json', 'items.ndjson'] }, ports, options);
    await runIngestion(plan, ports);
    const finish = (mostDeleted: number, world = ports, files: readonly string[] | null = null) =>
      finishRun(plan.run.run, world, {
        pipelines: [
          {
            ...plan.pipeline,
            reconcile: { mostDeleted },
            ...(files === null ? {} : { source: { kind: 'files' as const, files } }),
          },
        ],
        databases: { ingest: { retentionDays: null } },
      });
    return { ports, finish };
  }
});
