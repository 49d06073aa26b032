import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { describeWith } from '../support/needs.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { type Databases, openServerDatabase, pgstacVersions, pypgstac } from './support/databases.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { itemsOf, load, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const inMonth = (id: string, month: number, title: string) =>
  makeItem(id, { properties: { datetime: `2024-0${month}-15T10:00:00Z`, title } });

/** What is there before, put there by a run of ours. */
const loaded = [
  inMonth('same', 1, 'old'),
  inMonth('changed', 1, 'old'),
  inMonth('moved', 1, 'old'),
  inMonth('gone', 1, 'old'),
];
/** And what pypgstac put there, of which the ledger knows nothing. */
const foreign = [inMonth('foreign', 1, 'old'), inMonth('foreign-same', 1, 'old'), inMonth('foreign-moved', 1, 'old')];
const brought = [
  inMonth('twice', 2, 'first'),
  inMonth('changed', 1, 'first'),
  inMonth('same', 1, 'old'),
  inMonth('changed', 1, 'new'),
  inMonth('moved', 3, 'new'),
  inMonth('foreign', 1, 'new'),
  inMonth('foreign-same', 1, 'old'),
  inMonth('foreign-moved', 3, 'new'),
  inMonth('twice', 3, 'last'),
  inMonth('fresh', 2, 'new'),
];

const kept = {
  changed: '01 old',
  moved: '01 old',
  foreign: '01 old',
  'foreign-same': '01 old',
  'foreign-moved': '01 old',
};
const replaced = {
  changed: '01 new',
  moved: '03 new',
  foreign: '01 new',
  'foreign-same': '01 old',
  'foreign-moved': '03 new',
};
const always = { same: '01 old', gone: '01 old', twice: '03 last', fresh: '02 new' };
const outcomesOf = (there: string, same = 'unchanged') =>
  ['duplicate', 'duplicate', same, there, there, there, there, there, 'inserted', 'inserted'].join(' ');

describeWith(['postgres15', 'python'], 'what becomes of items that are there already', () => {
  const suite = useServer(pgstacVersions);
  let count = 0;

  describe.each(pgstacVersions)('pgSTAC %s', (version) => {
    const start = `methods ${version}`;
    beforeAll(async () => {
      const databases = await suite.make(version);
      await load(databases, loaded);
      await suite.closeLast();
      const file = join(makeTemporaryFolder('foreign'), 'items.ndjson');
      writeFileSync(file, lines(...foreign));
      const { bin } = await pypgstac(version);
      await runOrThrow(bin('pypgstac'), ['load', 'items', file, '--dsn', suite.server.dsn(suite.name)]);
      await suite.server.psql(`ALTER DATABASE "${suite.name}" RENAME TO "${start}"`);
    }, 600_000);

    async function copy(): Promise<Databases> {
      count += 1;
      await suite.server.psql(`CREATE DATABASE "copy ${count}" TEMPLATE "${start}"`);
      return suite.keep(await openServerDatabase(suite.server, `copy ${count}`));
    }

    test.each([
      ['upsert', {}, { ...always, ...replaced }, outcomesOf('updated'), 0],
      ['upsert', { skip: false }, { ...always, ...replaced }, outcomesOf('updated', 'updated'), 0],
      ['delete-then-insert', {}, { ...always, ...replaced }, outcomesOf('updated', 'updated'), 0],
      ['insert', {}, { ...always, ...kept }, outcomesOf('quarantined'), 5],
      ['insert', { skip: false }, { ...always, ...kept }, outcomesOf('quarantined', 'quarantined'), 6],
      ['ignore', {}, { ...always, ...kept }, outcomesOf('ignored'), 0],
      ['ignore', { skip: false }, { ...always, ...kept }, outcomesOf('ignored', 'ignored'), 0],
    ] as const)('%s %j', async (method, options, left, outcomes, quarantined) => {
      const databases = await copy();
      const { run, counts } = await load(databases, brought, { method, ...options });
      expect(await stateOf(databases)).toEqual(left);
      const log = await rowsOf<{ outcome: string }>(
        databases.ingest,
        `SELECT outcome FROM public.ingestion_log WHERE run = '${run}' ORDER BY batch, position`,
      );
      expect(log.map(({ outcome }) => outcome).join(' ')).toBe(outcomes);
      const times = (word: string) => outcomes.split(' ').filter((outcome) => outcome === word).length;
      expect(counts).toEqual({
        read: 10,
        inserted: times('inserted'),
        updated: times('updated'),
        unchanged: times('unchanged'),
        ignored: times('ignored'),
        duplicates: 2,
        quarantined,
      });
      const bad = await rowsOf<{ reason: string; message: string }>(
        databases.pgstac,
        'SELECT reason, message FROM platform.quarantine',
      );
      expect(bad).toHaveLength(quarantined);
      for (const { reason } of bad) expect(reason).toBe('alreadyLoaded');
    });

    test('a row is written anew where that is asked for, and only there', async () => {
      const databases = await copy();
      const rowOf = () => rowsOf(databases.pgstac, `SELECT xmin::text, ctid::text FROM pgstac.items WHERE id = 'same'`);
      const before = await rowOf();
      for (const method of ['upsert', 'insert', 'ignore'] as const) await load(databases, brought, { method });
      expect(await rowOf()).toEqual(before);
      await load(databases, brought, { method: 'delete-then-insert' });
      expect(await rowOf()).not.toEqual(before);
    });
  });

  // Of an id that a run brings twice, in two months that are two shards and in two batches.
  test.each([
    ['insert', [1, 2]],
    ['insert', [2, 1]],
    ['ignore', [1, 2]],
    ['ignore', [2, 1]],
    ['upsert', [2, 1]],
    ['delete-then-insert', [2, 1]],
  ] as const)('%s: the later of two is there in the end, its shards in the order %j', async (method, order) => {
    const databases = await suite.make();
    const folder = makeTemporaryFolder('shards');
    const filler = Array.from({ length: 1000 }, (_, place) => inMonth(`filler-${place}`, 5, 'filler'));
    const items = [inMonth('twice', 2, 'first'), ...filler, inMonth('twice', 3, 'last')];
    writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
    writeFileSync(join(folder, 'items.ndjson'), lines(...items));
    const ports = makePorts(databases, folder);
    const source = { kind: 'files', files: ['collection.json', 'items.ndjson'] } as const;
    const plan = await makePlan(source, ports, { method, shards: 2 });
    for (const shard of order) await runIngestion({ ...plan, shard }, ports);
    const { counts } = await finishRun(plan.run.run, ports);
    expect(counts.updated + counts.duplicates).toBe(1);
    expect(counts).toMatchObject({ read: 1002, inserted: 1001, ignored: 0, quarantined: 0 });
    expect(await stateOf(databases)).toMatchObject({ twice: '03 last' });
    const again = await load(databases, items, { method, skip: true });
    expect(again.counts.inserted).toBe(0);
    expect(await stateOf(databases)).toMatchObject({ twice: '03 last' });
  });
});

/** Of each item the month of its partition and its title; both rows where there are two. */
async function stateOf({ pgstac }: Databases): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const { id, partition, content } of await itemsOf(pgstac)) {
    const { title } = content['properties'] as { title: string };
    const row = `${partition.slice(-2)} ${title}`;
    state[id] = state[id] === undefined ? row : `${state[id]}, ${row}`;
  }
  return state;
}
