import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import type { Ports } from '../../src/ingest/ports.ts';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const source = { kind: 'files', files: ['collection.json', 'items.ndjson'] } as const;
const ITEMS = 7500;

function makeFiles(): string {
  const folder = makeTemporaryFolder('log-ahead');
  const items = Array.from({ length: ITEMS }, (_, place) => makeItem(`item-${place}`));
  writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
  writeFileSync(join(folder, 'items.ndjson'), lines(...items));
  return folder;
}

const countLog = async ({ ingest }: Ports) => (await rowsOf(ingest, 'SELECT FROM public.ingestion_log')).length;

/** Fails each time after the log was committed, as a connection does whose last answer is lost. */
function loseAnswers(database: Database): Database {
  return {
    ...database,
    transaction: async (work) => {
      await database.transaction(work);
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    },
  };
}

describeWith(['postgres15', 'python'], 'the log of a run that does all its shards', () => {
  const { make } = useServer(['0.10.0']);
  const folder = makeFiles();

  /** Every row of the log is its receipt's, and none is missing or there twice. */
  async function expectWhole(ports: Ports): Promise<void> {
    const log = `SELECT run::text, shard, batch, position, item AS id, collection, outcome, encode(hash, 'hex') AS hash, time::text
      FROM public.ingestion_log ORDER BY batch, position`;
    const receipts = `SELECT r.run::text, r.shard, r.batch, w.position, w.id, w.collection, w.outcome, w.hash, r.written::text AS time
      FROM platform.receipt r, jsonb_to_recordset(r.items) AS w (position int, id text, collection text, outcome text, hash text)
      ORDER BY r.batch, w.position`;
    const written = await rowsOf(ports.ingest, log);
    expect(written).toHaveLength(ITEMS);
    expect(written).toEqual(await rowsOf(ports.pgstac, receipts));
    expect(await rowsOf(ports.pgstac, 'SELECT FROM platform.receipt WHERE NOT settled')).toEqual([]);
  }

  describe.each([1, 2])('of %i', (shards) => {
    test('is written while they are loaded, and the rest at the end', async () => {
      const ports = makePorts(await make('0.10.0'), folder);
      const plan = await makePlan(source, ports, { shards });
      await runIngestion(plan, ports);
      const early = await countLog(ports);
      expect(early).toBeGreaterThan(0);
      const settled = await rowsOf<{ items: number }>(
        ports.pgstac,
        'SELECT coalesce(sum(jsonb_array_length(items)), 0)::int AS items FROM platform.receipt WHERE settled',
      );
      expect(settled).toEqual([{ items: early }]);
      await finishRun(plan.run.run, ports);
      await expectWhole(ports);
    }, 60_000);
  });

  test('is left to the end by one shard of several', async () => {
    const ports = makePorts(await make('0.10.0'), folder);
    const plan = await makePlan(source, ports);
    await runIngestion({ ...plan, shard: 1 }, ports);
    expect(await countLog(ports)).toBe(0);
    await finishRun(plan.run.run, ports);
    await expectWhole(ports);
  }, 60_000);

  test('that fails meanwhile, committed or not, does not fail the run and is whole at its end', async () => {
    const ports = makePorts(await make('0.10.0'), folder);
    const plan = await makePlan(source, ports);
    await runIngestion(plan, { ...ports, ingest: loseAnswers(ports.ingest) });
    expect(await countLog(ports)).toBeGreaterThan(0);
    expect(await rowsOf(ports.pgstac, 'SELECT FROM platform.receipt WHERE settled')).toEqual([]);
    await finishRun(plan.run.run, ports);
    await expectWhole(ports);
  }, 60_000);
});
