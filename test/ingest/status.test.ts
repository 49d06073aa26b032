import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import { releaseLease, takeLease } from '../../src/ingest/run/lease.ts';
import { readLoggedStatus, readStatus } from '../../src/ingest/run/read-status.ts';
import { nameRetry } from '../../src/ingest/source/quarantine.ts';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import type { Databases } from './support/databases.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { load } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const everything = { run: null, pipeline: null };
const inMonth = (id: string, month: number) =>
  makeItem(id, { properties: { datetime: `2024-0${month}-15T10:00:00Z`, title: 'a' } });
const spec = `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines:
  scenes: { source: { files: [items/*] } }
  other: { source: { files: [items/*] } }
`;

describeWith(['postgres15', 'python'], 'how far runs are', () => {
  const suite = useServer(['0.9.11']);

  test('waiting, running, abandoned, open, done and superseded, each by what really happened', async () => {
    const databases = await suite.make();
    const stateNow = async () => (await readStatus(databases.pgstac, everything)).map(({ state }) => state);
    expect(await readStatus(databases.pgstac, everything)).toEqual([]);
    const { plan, ports } = await planTwo(databases);
    expect(await stateNow()).toEqual(['waiting']);
    await runIngestion({ ...plan, shard: 1 }, ports);
    const [halfDone] = await readStatus(databases.pgstac, everything);
    expect(halfDone).toMatchObject({ state: 'waiting', unsettled: 1, finished: null });
    expect(halfDone?.shards.map(({ state }) => state)).toEqual(['done', 'waiting']);

    const options = { holder: 'somewhere, process 1', clock: ports.clock, signal: ports.signal };
    const lease = await takeLease(databases.pgstac, plan.run.run, 2, options);
    const [running] = await readStatus(databases.pgstac, everything);
    expect(running?.state).toBe('running');
    expect(running?.shards[1]).toMatchObject({ state: 'running', itemsPerSecond: 0, holder: 'somewhere, process 1' });
    if (lease !== null) await releaseLease(databases.pgstac, lease, false);
    const [left] = await readStatus(databases.pgstac, everything);
    expect(left).toMatchObject({ state: 'abandoned', shards: [{}, { state: 'abandoned', itemsPerSecond: null }] });

    await load(databases, [inMonth('item-1', 1)], { pipeline: 'another' });
    expect(await stateNow()).toEqual(['done', 'abandoned']);
    await load(databases, [inMonth('item-1', 1)], { pipeline: plan.pipeline.name });
    expect(await stateNow()).toEqual(['done', 'done', 'superseded']);
    await runIngestion({ ...plan, shard: 2 }, ports);
    const { run } = plan.run;
    await databases.pgstac.session((session) =>
      session.run(`DELETE FROM platform.run WHERE finished IS NOT NULL AND run <> '${run}'`),
    );
    expect(await stateNow()).toEqual(['open']);
  });

  test('with what became of the items, and how fast', async () => {
    const databases = await suite.make();
    const six = Array.from({ length: 6 }, (_, at) => inMonth(`item-${at}`, at + 1));
    await load(databases, six);
    const bad = makeItem('bad', { geometry: null });
    await load(databases, [...six.slice(0, 4), inMonth('item-0', 2), bad], { reconcile: true, mostDeleted: 0.5 });
    const counts = { read: 6, inserted: 0, updated: 1, unchanged: 3, duplicates: 1, quarantined: 1, deleted: 2 };
    const [told] = await readStatus(databases.pgstac, everything);
    expect(told).toMatchObject({ state: 'done', unsettled: 0, counts, reasons: { noGeometry: 1 } });
    expect(told?.shards).toMatchObject([{ shard: 1, counts: { read: 6, deleted: 0 } }]);
    const speed = told?.shards[0]?.itemsPerSecond ?? 0;
    expect(speed).toBeGreaterThan(0.1);
    expect(speed).toBeLessThan(6000);
    const [logged] = await readLoggedStatus(databases.ingest, everything);
    expect(logged).toMatchObject({ run: told?.run, state: 'done', unsettled: null, reasons: null, counts });
    expect(logged?.shards[0]?.itemsPerSecond).toBeCloseTo(speed, 3);
    expect(logged?.shards[0]?.lastWord).toEqual(told?.shards[0]?.lastWord);
  });

  test('platform ingest status tells it to a reader, and what to type next does go on', async () => {
    const databases = await suite.make();
    const { run, folder, env } = await prepareProject(databases);
    const reader = { ...env, PGSTAC_DSN: dsn('a reader'), INGEST_DB_DSN: dsn('a reader') };
    expect(await status(folder, reader)).toMatchObject({ code: 0, stdout: 'no run yet\n' });
    const plan = JSON.parse((await run('plan', 'scenes', '--shards', '2', '--format', 'json')).stdout) as Plan;
    await run('--run', plan.run, '--shard', '1/2');
    const open = await status(folder, reader);
    expect(open).toMatchObject({ code: 0 });
    expect(hideMoments(open.stdout).replaceAll(plan.run, 'RUN').split('\n')).toEqual([
      'pipeline  state    planned  read  inserted  updated  unchanged  duplicates  quarantined  deleted  run',
      'scenes    waiting  MOMENT  3     3         0        0          0           0            0        RUN',
      '',
      'run RUN of scenes',
      expect.stringMatching(/^ {2}shard {2}state {4}read {2}quarantined {2}items\/s +last word +held by$/),
      expect.stringMatching(/^ {2}1\/2 {4}done {5}3 {5}0 {12}\d+\.\d +MOMENT {2}.*, process \d+ since /),
      expect.stringMatching(/^ {2}2\/2 {4}waiting {2}0 {5}0 {12}- +- +-$/),
      '  batches that are not in ingestion_log yet: 1',
      `  next: platform ingest scenes --run RUN`,
      '',
    ]);
    const [, words = ''] = /next: platform ingest (.*)\n/.exec(open.stdout) ?? [];
    expect(await run(...words.split(' '))).toMatchObject({ code: 0 });
    const json = JSON.parse((await status(folder, reader, '--format', 'json')).stdout) as { runs: readonly object[] };
    expect(json.runs).toMatchObject([{ run: plan.run, state: 'done', next: null, counts: { inserted: 6 } }]);
    expect((await status(folder, reader, '--pipeline', 'other')).stdout).toBe('no run yet\n');
    expect((await status(folder, reader, plan.run)).stdout).toMatch(/\n {2}2\/2 {4}done /);
    const none = await status(folder, reader, '018f0000-0000-7000-8000-000000000000');
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no run 018f0000') });
  });

  test('where only the ingest database can be reached, that says what it was told', async () => {
    const databases = await suite.make();
    const { run, folder, env } = await prepareProject(databases);
    await run('scenes');
    const away = { ...env, PGSTAC_DSN: 'postgresql://nobody@127.0.0.1:1/none', INGEST_DB_DSN: dsn('a reader') };
    const told = await status(folder, away);
    expect(told).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nscenes {4}done .* 6 {5}6 /) });
    expect(told.stderr).toMatch(/127\.0\.0\.1:1.*: what follows is what the ingest database was told\n/);
    const nobody = await status(folder, { ...away, INGEST_DB_DSN: away.PGSTAC_DSN });
    expect(nobody).toMatchObject({ code: 4, stdout: '' });
  });

  test('platform verify fails where the last run of a pipeline was left, and says how to go on', async () => {
    const databases = await suite.make();
    const { run, folder, env } = await prepareProject(databases);
    const verify = async () => {
      const { code, stdout } = await runCli(['verify', '--format', 'json'], { cwd: folder, env });
      const { checks } = JSON.parse(stdout) as { checks: readonly { name: string; ok: boolean; detail: string }[] };
      return { code, ...checks.find(({ name }) => name === 'runs') };
    };
    expect(await verify()).toMatchObject({ code: 0, ok: true, detail: 'none yet' });
    const plan = JSON.parse((await run('plan', 'scenes', '--shards', '2', '--format', 'json')).stdout) as Plan;
    await run('--run', plan.run, '--shard', '1/2');
    const day = '\\d{4}-\\d\\d-\\d\\d';
    const underWay = expect.stringMatching(new RegExp(`^scenes of ${day} under way, 0 in quarantine$`));
    expect(await verify()).toMatchObject({ code: 0, ok: true, detail: underWay });
    const later = () =>
      databases.pgstac.session((session) =>
        session.run(`
          UPDATE platform.run SET planned = planned - interval '20 minutes';
          UPDATE platform.lease SET expires = expires - interval '20 minutes';
          UPDATE platform.receipt SET written = written - interval '20 minutes'`),
      );
    await later();
    const left = `run ${plan.run} of scenes was left unfinished: platform ingest`;
    expect(await verify()).toMatchObject({ code: 1, ok: false, detail: `${left} scenes --run ${plan.run}` });
    const nameSource = (source: string | null) =>
      databases.pgstac.session((session) => session.query('UPDATE platform.run SET source = $1', [source]));
    await nameSource(nameRetry({ reason: null, item: null }));
    expect(await verify()).toMatchObject({ code: 1, ok: false, detail: `${left} retry --run ${plan.run}` });
    await nameSource(null);
    await run('--run', plan.run, '--shard', '2/2');
    await later();
    expect(await verify()).toMatchObject({ code: 1, ok: false, detail: `${left} finish ${plan.run}` });
    await run('finish', plan.run);
    const finished = expect.stringMatching(new RegExp(`^scenes of ${day} finished, 0 in quarantine$`));
    expect(await verify()).toMatchObject({ code: 0, ok: true, detail: finished });
    await databases.pgstac.session((session) => session.run('UPDATE platform.receipt SET settled = false'));
    const unsettled = `2 batches of run ${plan.run} are not in ingestion_log: platform ingest finish ${plan.run}`;
    expect(await verify()).toMatchObject({ code: 1, ok: false, detail: unsettled });
  });

  const dsn = (user?: string) => suite.server.dsn(suite.name, user);

  async function planTwo(databases: Databases) {
    const folder = makeTemporaryFolder('status');
    writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
    writeFileSync(join(folder, 'items.ndjson'), lines(inMonth('item-1', 1), inMonth('item-2', 2)));
    const ports = makePorts(databases, folder);
    const source = { kind: 'files' as const, files: ['collection.json', 'items.ndjson'] };
    return { ports, plan: await makePlan(source, ports, { shards: 2 }) };
  }

  /** A project, and a login that may only read. */
  async function prepareProject({ pgstac }: Databases) {
    await pgstac.session((session) =>
      session.run(`
        DO $$ BEGIN CREATE ROLE "a reader" LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT pgstac_read, ingest_read TO "a reader"`),
    );
    const folder = makeTemporaryFolder('status');
    mkdirSync(join(folder, 'spec/items'), { recursive: true });
    writeFileSync(join(folder, 'spec/platform.yaml'), spec);
    writeFileSync(join(folder, 'spec/items/collection.json'), JSON.stringify(makeCollection()));
    const items = Array.from({ length: 6 }, (_, at) => inMonth(`item-${at}`, at + 1));
    writeFileSync(join(folder, 'spec/items/items.ndjson'), lines(...items));
    const env = { PGSTAC_DSN: dsn(), INGEST_DB_DSN: dsn() };
    return { folder, env, run: (...args: string[]) => runCli(['ingest', ...args], { cwd: folder, env }) };
  }
});

interface Plan {
  readonly run: string;
}

function status(folder: string, env: Readonly<Record<string, string>>, ...args: string[]) {
  return runCli(['ingest', 'status', ...args], { cwd: folder, env });
}

function hideMoments(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'MOMENT').replace('planned               ', 'planned  ');
}
