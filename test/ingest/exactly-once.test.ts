import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { type IngestionPlan, runIngestion } from '../../src/ingest/ingestion.ts';
import { countReceipts } from '../../src/ingest/run/counts.ts';
import { finishRun, settleAll } from '../../src/ingest/run/finish-run.ts';
import { makeRunId } from '../../src/ingest/run/planned-run.ts';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import type { Databases } from './support/databases.ts';
import { ingest, makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { change, describeDatabase, itemsOf, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

/** Items over seven months, some bad and some twice: a few batches. */
function makeFiles(count: number): string {
  const random = makeRandom(count);
  const folder = makeTemporaryFolder('runs');
  const items = Array.from({ length: count }, (_, place) => {
    const datetime = new Date(Date.UTC(2024, random(7), 1 + random(28), random(24))).toISOString();
    if (place % 97 === 50) return makeItem(`bad-${place}`, { geometry: null });
    return makeItem(`item-${place % 41 === 5 ? place - 1 : place}`, { properties: { datetime, place } });
  });
  writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
  writeFileSync(join(folder, 'items.ndjson'), lines(...items));
  return folder;
}

const source = { kind: 'files', files: ['collection.json', 'items.ndjson'] } as const;
const logOf = (database: Database) =>
  rowsOf(
    database,
    'SELECT shard, batch, position, item, outcome, encode(hash, $$hex$$) AS hash FROM public.ingestion_log ORDER BY 1, 2, 3',
  );

describeWith(['postgres15', 'python'], 'exactly once', () => {
  const children: ChildProcess[] = [];
  const holds: (() => Promise<void>)[] = [];
  // Before the databases are closed, which would wait for what these hold.
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const release of holds.splice(0)) await release();
  });
  const suite = useServer(['0.9.11']);
  const { make, openAgain } = suite;

  function startRunner(folder: string, run: string, shards = 1): ChildProcess {
    const options = { dsn: suite.server.dsn(suite.name), folder, files: source.files, run, shards };
    const loader = pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href;
    const program = join(projectRoot, 'test/ingest/support/runner.fixture.ts');
    const child = spawn(process.execPath, ['--import', loader, program, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    return child;
  }

  /** Kills as `kill -9` does. */
  async function kill(child: ChildProcess): Promise<void> {
    const ended = child.exitCode === null ? once(child, 'exit') : null;
    child.kill('SIGKILL');
    await ended;
  }

  /** Waits until the server has noticed that a client is gone. */
  const untilQuiet = () =>
    until(async () => {
      const busy = `SELECT count(*) FROM pg_stat_activity WHERE datname = '${suite.name}' AND state <> 'idle'`;
      return (await suite.server.psql(busy)) === '0';
    });

  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; waited < 30_000; waited += 20) {
      if (await holds()) return;
      await sleep(20);
    }
    throw new Error('waited in vain');
  }

  /** What an undisturbed run leaves. */
  async function undisturbed(folder: string, shards = 1) {
    const databases = await make();
    const report = await ingest(source, makePorts(databases, folder), { shards });
    const left = {
      described: await describeDatabase(databases.pgstac),
      log: await logOf(databases.ingest),
      counts: report.counts,
    };
    await suite.closeLast();
    return left;
  }

  /** Runs SQL that takes locks in a transaction of its own, which ends with `release`. */
  async function hold(sql: string): Promise<{ release(): Promise<void> }> {
    const { pgstac } = await openAgain();
    let free: () => void = () => undefined;
    let held: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => {
      held = resolve;
    });
    const work = pgstac.transaction(async (session) => {
      await session.run(sql);
      held();
      await new Promise<void>((resolve) => {
        free = resolve;
      });
    });
    await Promise.race([taken, work]);
    const release = async () => {
      free();
      await work;
    };
    holds.push(release);
    return { release };
  }

  /** Waits until somebody waits for a lock that `hold` took. */
  const untilBlocked = () =>
    until(async () => (await suite.server.psql('SELECT count(*) FROM pg_locks WHERE NOT granted')) !== '0');

  test('killed between the commits of the two databases, the log is written once', async () => {
    const folder = makeFiles(1300);
    const expected = await undisturbed(folder);
    const databases = await make();
    const run = makeRunId(Date.now());
    await runIngestion(await makePlan(source, makePorts(databases, folder), { run }), makePorts(databases, folder));
    // The last step of settling is to mark the receipts: it is held off, and the runner killed before it.
    const held = await hold('SELECT FROM platform.receipt FOR UPDATE');
    const child = startRunner(folder, run);
    await untilBlocked();
    await kill(child);
    // Its last statement still waits at the server, and would go on without it.
    await suite.server.psql('SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted');
    await held.release();
    await untilQuiet();
    expect(await logOf(databases.ingest)).toEqual(expected.log);
    expect(await rowsOf(databases.pgstac, 'SELECT FROM platform.receipt WHERE settled')).toEqual([]);

    await settleAll(makePorts(databases, folder));
    expect(await rowsOf(databases.pgstac, 'SELECT FROM platform.receipt WHERE NOT settled')).toEqual([]);
    const report = await ingest(source, makePorts(databases, folder), { run });
    expect(report.counts).toEqual(expected.counts);
    expect(await logOf(databases.ingest)).toEqual(expected.log);
    expect(await describeDatabase(databases.pgstac)).toEqual(expected.described);
  }, 120_000);

  test('killed anywhere and started again, it leaves what an undisturbed run leaves', async () => {
    const folder = makeFiles(2600);
    const expected = await undisturbed(folder, 2);
    const random = makeRandom(9);
    for (let round = 0; round < 4; round += 1) {
      const databases = await make();
      const run = makeRunId(Date.now());
      for (let kills = 0; kills < 3; kills += 1) {
        const child = startRunner(folder, run, 2);
        const left = Promise.race([once(child, 'exit'), sleep(random(900) + (kills === 0 ? 700 : 600))]);
        await left;
        await kill(child);
        await untilQuiet();
        // Its lease would have to run out: the clock of the database cannot be turned, so the lease is.
        await rowsOf(databases.pgstac, 'UPDATE platform.lease SET expires = now()');
      }
      const report = await ingest(source, makePorts(databases, folder), { run, shards: 2 });
      expect(report.counts).toEqual(expected.counts);
      expect(await logOf(databases.ingest)).toEqual(expected.log);
      expect(await describeDatabase(databases.pgstac)).toEqual(expected.described);
    }
  }, 240_000);

  test('of two runners on one shard one works and the other waits for it', async () => {
    const folder = makeFiles(1500);
    const expected = await undisturbed(folder);
    const databases = await make();
    const plan = await makePlan(source, makePorts(databases, folder));
    const both = [databases, await openAgain()].map((one, place) =>
      runIngestion({ ...plan, holder: `runner ${place}` }, makePorts(one, folder)).then(() =>
        countReceipts(one.pgstac, plan.run.run, null),
      ),
    );
    expect(await Promise.all(both)).toEqual([expected.counts, expected.counts]);
    const report = await finishRun(plan.run.run, makePorts(databases, folder));
    expect(report.counts).toEqual(expected.counts);
    expect(await rowsOf(databases.pgstac, 'SELECT epoch::int AS epoch, done FROM platform.lease')).toEqual([
      { epoch: 1, done: true },
    ]);
    expect(await logOf(databases.ingest)).toEqual(expected.log);
    expect(await describeDatabase(databases.pgstac)).toEqual(expected.described);
  }, 60_000);

  test('a runner that wakes after its lease was taken commits nothing, and the other finishes', async () => {
    const folder = makeFiles(700);
    const expected = await undisturbed(folder);
    const databases = await make();
    const plan = await makePlan(source, makePorts(databases, folder));
    const held = await hold('LOCK TABLE platform.ledger IN EXCLUSIVE MODE');
    const asleep = runIngestion(plan, makePorts(databases, folder)).catch((error: unknown) => error);
    await untilBlocked();
    const other = await openAgain();
    await rowsOf(other.pgstac, 'UPDATE platform.lease SET expires = now()');
    const awake = runIngestion({ ...plan, holder: 'another' }, makePorts(other, folder));
    await until(async () => (await rowsOf(other.pgstac, 'SELECT FROM platform.lease WHERE epoch = 2')).length === 1);
    await held.release();
    expect(await asleep).toMatchObject({ kind: 'lease' });
    await awake;
    await finishRun(plan.run.run, makePorts(other, folder));
    expect(await logOf(other.ingest)).toEqual(expected.log);
    expect(await describeDatabase(other.pgstac)).toEqual(expected.described);
  }, 60_000);

  test('runs over the same items at the same time lose none and write none twice', async () => {
    const databases = await make();
    const folders = [0, 1, 2].map((shift) => {
      const folder = makeTemporaryFolder('runs');
      // The same ids, in other orders and other months each time.
      const items = Array.from({ length: 600 }, (_, place) => {
        const number = (place * 7 + shift * 211) % 600;
        return makeItem(`item-${number}`, {
          properties: { datetime: `2024-0${((number + shift) % 3) + 1}-10T00:00:00Z`, shift },
        });
      });
      writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
      writeFileSync(join(folder, 'items.ndjson'), lines(...items));
      return folder;
    });
    const others = [databases, await openAgain(), await openAgain()];
    const reports = await Promise.all(
      folders.map((folder, place) => ingest(source, makePorts(others[place] as Databases, folder), { skip: false })),
    );
    expect(reports.map(({ counts }) => counts.read)).toEqual([600, 600, 600]);
    const items = await itemsOf(databases.pgstac);
    expect(items).toHaveLength(600);
    expect(new Set(items.map(({ id }) => id)).size).toBe(600);
    for (const { id, partition, content } of items) {
      const { shift, datetime } = content['properties'] as { shift: number; datetime: string };
      expect([id, partition]).toEqual([id, datetime.slice(0, 7).replace('-', '')]);
      expect(datetime).toBe(`2024-0${((Number(id.slice(5)) + shift) % 3) + 1}-10T00:00:00Z`);
    }
    const inexact =
      'SELECT p.partition FROM partition_sys_meta p JOIN partition_stats s USING (partition) WHERE s.dtrange <> p.constraint_dtrange';
    expect(await suite.server.psql(`SET search_path TO pgstac, public; ${inexact}`, suite.name)).toBe('');
  }, 120_000);

  test('an item deleted by hand comes back once, though two runs bring it at the same time for two months', async () => {
    const databases = await make();
    const folders = ['01', '02'].map((month) => {
      const folder = makeTemporaryFolder('runs');
      const item = makeItem('x', { properties: { datetime: `2024-${month}-10T00:00:00Z` } });
      writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
      writeFileSync(join(folder, 'items.ndjson'), lines(item));
      return folder;
    });
    await ingest(source, makePorts(databases, folders[0] as string));
    await change(databases.pgstac, 'DELETE FROM pgstac.items');
    const held = await hold('LOCK TABLE platform.ledger IN EXCLUSIVE MODE');
    const other = await openAgain();
    const both = [databases, other].map((one, place) => ingest(source, makePorts(one, folders[place] as string)));
    const waiting = `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'platform.ledger'::regclass`;
    await until(async () => (await suite.server.psql(waiting, suite.name)) === '2');
    await held.release();
    const counts = (await Promise.all(both)).map(({ counts: { inserted, updated } }) => ({ inserted, updated }));
    expect(counts).toEqual(
      expect.arrayContaining([
        { inserted: 1, updated: 0 },
        { inserted: 0, updated: 1 },
      ]),
    );
    expect(await itemsOf(databases.pgstac)).toHaveLength(1);
  });

  test.each([2, 3, 7])(
    '%i shards, in any order, are the whole',
    async (shards) => {
      const folder = makeFiles(1100);
      const expected = await undisturbed(folder);
      const databases = await make();
      const ports = makePorts(databases, folder);
      const plan = await makePlan(source, ports, { shards });
      const order = Array.from({ length: shards }, (_, place) => ((place + 1) % shards) + 1);
      for (const shard of order) {
        expect((await finishRun(plan.run.run, ports)).openShards).toContain(shard);
        await runIngestion({ ...plan, shard } satisfies IngestionPlan, ports);
      }
      const report = await finishRun(plan.run.run, ports);
      expect(report).toMatchObject({ openShards: [], counts: expected.counts });
      const log = await logOf(databases.ingest);
      const byPlace = (rows: readonly object[]) => rows.map((row) => JSON.stringify({ ...row, shard: 0 })).sort();
      expect(byPlace(log)).toEqual(byPlace(expected.log));
      expect(await describeDatabase(databases.pgstac)).toEqual(expected.described);
    },
    60_000,
  );

  test('a shard that ends while its run is being finished leaves the run open, not its log incomplete', async () => {
    const folder = makeFiles(300);
    const databases = await make();
    const ports = makePorts(databases, folder);
    const plan = await makePlan(source, ports);
    let loaded = false;
    // The receipts have just been asked for when the shard writes its own.
    const late: Database = {
      ...databases.pgstac,
      session: (work) =>
        databases.pgstac.session((session) =>
          work({
            ...session,
            query: async <Row extends object>(sql: string, values?: readonly unknown[]) => {
              const rows = await session.query<Row>(sql, values);
              if (!loaded && sql.includes('NOT r.settled')) {
                loaded = true;
                const another = await openAgain();
                await runIngestion(plan, makePorts(another, folder));
              }
              return rows;
            },
          }),
        ),
    };
    const isFinished = () => rowsOf(databases.pgstac, 'SELECT finished IS NOT NULL AS finished FROM platform.run');
    const early = await finishRun(plan.run.run, { ...ports, pgstac: late });
    expect([loaded, early.openShards, early.rows.ingestion_log]).toEqual([true, [1], 0]);
    expect(await isFinished()).toEqual([{ finished: false }]);
    expect(await finishRun(plan.run.run, ports)).toMatchObject({ openShards: [], rows: { ingestion_log: 300 } });
    expect(await isFinished()).toEqual([{ finished: true }]);
  });
});
