import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { sortOutQuarantine } from '../../src/ingest/source/quarantine.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeItem } from './support/items.ts';
import { itemsOf, load, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const all = { reason: null, item: null };
const many = (count: number, changes: object = {}) =>
  Array.from({ length: count }, (_, place) => makeItem(`item-${place}`, { ...changes }));

/** Which run the ledger says met each item last, by id. */
async function metBy(pgstac: Database): Promise<Record<string, string>> {
  const rows = await rowsOf<{ id: string; run: string }>(pgstac, 'SELECT id, run::text FROM platform.ledger');
  return Object.fromEntries(rows.map(({ id, run }) => [id, run]));
}

describeWith(['postgres15', 'python'], 'unchanged items in the ledger', () => {
  const { make } = useServer(['0.9.11']);
  const [a, b] = [makeItem('a'), makeItem('b')];

  test('are noted by a run of several shards, and once by each pipeline, and else left as they are', async () => {
    const databases = await make();
    const first = await load(databases, [a, b]);
    expect((await load(databases, [a, b])).counts).toMatchObject({ read: 2, unchanged: 2 });
    expect(await metBy(databases.pgstac)).toEqual({ a: first.run, b: first.run });
    const sharded = await load(databases, [a, b], { shards: 2 });
    expect(await metBy(databases.pgstac)).toEqual({ a: sharded.run, b: sharded.run });
    const other = await load(databases, [a], { pipeline: 'other' });
    await load(databases, [a], { pipeline: 'other' });
    await load(databases, [a, b]);
    expect(await metBy(databases.pgstac)).toEqual({ a: other.run, b: sharded.run });
    expect(await rowsOf(databases.pgstac, 'SELECT id, pipeline FROM platform.ledger ORDER BY id')).toEqual([
      { id: 'a', pipeline: '*' },
      { id: 'b', pipeline: 'test' },
    ]);
  });

  test('are noted where other content of them is in quarantine, which is not to be tried again', async () => {
    const databases = await make();
    const first = await load(databases, [a, b]);
    await load(databases, [{ ...a, geometry: null }, b]);
    expect(await sortOutQuarantine(databases.pgstac, 'test', all)).toMatchObject({ retriable: 1, superseded: 0 });
    const again = await load(databases, [a, b]);
    expect(again.counts).toMatchObject({ unchanged: 2 });
    expect(await metBy(databases.pgstac)).toEqual({ a: again.run, b: first.run });
    expect(await sortOutQuarantine(databases.pgstac, 'test', all)).toMatchObject({ retriable: 0, superseded: 1 });
  });

  test('are noted where other content of them got into quarantine in the same run, before them', async () => {
    const databases = await make();
    await load(databases, [a, b]);
    const { counts } = await load(databases, [{ ...a, geometry: null }, a, b, { ...b, geometry: null }]);
    expect(counts).toMatchObject({ unchanged: 2, quarantined: 2 });
    expect(await sortOutQuarantine(databases.pgstac, 'test', all)).toMatchObject({ retriable: 1, superseded: 1 });
  });

  test('of a run that goes on with another source stand in the log once, and the last content wins', async () => {
    const databases = await make();
    const folder = makeTemporaryFolder('notes');
    const ports = makePorts(databases, folder);
    const lay = (...items: readonly object[]) => writeFileSync(join(folder, 'items.ndjson'), lines(...items));
    await load(databases, many(3200));
    const plan = await makePlan({ kind: 'files', files: ['items.ndjson'] }, ports);
    lay(...many(3200));
    const stop = new AbortController();
    const report = ({ kind }: { readonly kind: string }) => kind === 'batch' && stop.abort();
    await expect(runIngestion(plan, { ...ports, report, signal: stop.signal })).rejects.toMatchObject({
      kind: 'interrupted',
    });
    // Every batch is another now; of one item there is other content before what was met.
    lay(makeItem('front'), makeItem('item-3000', { extra: 1 }), ...many(3200));
    await runIngestion(plan, ports);
    const { counts, openShards } = await finishRun(plan.run.run, ports);
    expect(openShards).toEqual([]);
    const log = await rowsOf<{ item: string; outcome: string; times: number }>(
      databases.ingest,
      `SELECT item, outcome, count(*)::int AS times FROM public.ingestion_log
       WHERE run = '${plan.run.run}' GROUP BY item, outcome, hash ORDER BY times DESC`,
    );
    expect(log[0]).toMatchObject({ times: 1 });
    expect(counts).toMatchObject({ read: 3202, inserted: 1 });
    const [row] = (await itemsOf(databases.pgstac)).filter(({ id }) => id === 'item-3000');
    expect(row?.content['extra']).toBeUndefined();
  });
});
