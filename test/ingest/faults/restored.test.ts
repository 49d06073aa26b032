import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import { rowsOf } from '../support/load.ts';
import { makeProject, makeSource, RUN, useWorld } from './support/world.ts';

describeWith(['postgres15', 'python'], 'a database that was restored from an older backup', () => {
  const world = useWorld();
  const args = ['--run', RUN];
  let undisturbed: unknown;
  beforeAll(async () => {
    await world.make();
    expect(await world.start(args).ended).toMatchObject({ code: 3 });
    undisturbed = await world.describe();
  }, 120_000);

  /** Kills the runner once its first batch is committed, and leaves a backup of that moment. */
  async function stopAfterFirstBatch(cwd?: string): Promise<void> {
    let written = false;
    world.proxy.meet(({ kind, sql }) => {
      written ||= /INSERT INTO platform\.receipt/.test(sql);
      if (!written || kind !== 'Q' || sql !== 'COMMIT') return null;
      return { at: 'answered', act: () => runner.child.kill('SIGKILL') };
    });
    const runner = world.start(args, cwd === undefined ? {} : { cwd });
    expect((await runner.ended).code).toBe(137);
    world.proxy.meet(() => null);
    await world.expireLeases();
  }

  test.each(['pgstac', 'ingest'] as const)(
    '%s, from before the run: what is lacking comes back, and nothing twice',
    async (which) => {
      await world.make();
      expect(await world.start(args).ended).toMatchObject({ code: 3 });
      await world.restore(which, `${which} 0`);
      expect(await world.start(args).ended).toMatchObject({ code: 3 });
      expect(await world.describe()).toEqual(undisturbed);
    },
    120_000,
  );

  test('pgstac, from the middle of the run: the rest is loaded again', async () => {
    await world.make();
    await stopAfterFirstBatch();
    const backup = await world.backUp('pgstac');
    expect(await world.start(args).ended).toMatchObject({ code: 3 });
    await world.restore('pgstac', backup);
    expect(await world.start(args).ended).toMatchObject({ code: 3 });
    expect(await world.describe()).toEqual(undisturbed);
  }, 120_000);

  test('pgstac, and the source has changed since: the log keeps what was done, and has what is there now', async () => {
    await world.make();
    const project = makeProject(makeSource(2));
    await stopAfterFirstBatch(project);
    const backup = await world.backUp('pgstac');
    expect(await world.start(args, { cwd: project }).ended).toMatchObject({ code: 3 });
    const logged = 'SELECT shard, batch, position, item, outcome, hash::text AS hash FROM public.ingestion_log';
    const before = await rowsOf(world.databases.ingest, logged);
    await world.restore('pgstac', backup);
    writeFileSync(
      join(project, 'items.ndjson'),
      makeSource(2, 2400).replaceAll('"place":18', '"other":true,"place":18'),
    );
    expect(await world.start(args, { cwd: project }).ended).toMatchObject({ code: 3 });
    const after = await rowsOf(world.databases.ingest, logged);
    const kept = new Set(after.map((row) => JSON.stringify(row)));
    expect(before.filter((row) => !kept.has(JSON.stringify(row)))).toEqual([]);
    // Each item that the run has met stands in the log with the content that it has now.
    const ledger = await rowsOf<{ id: string; hash: string }>(
      world.databases.pgstac,
      `SELECT id, hash::text AS hash FROM platform.ledger WHERE run = '${RUN}'`,
    );
    const rows = new Set(
      (after as readonly { item: string; hash: string }[]).map(({ item, hash }) => `${item} ${hash}`),
    );
    expect(ledger.filter(({ id, hash }) => !rows.has(`${id} ${hash}`))).toEqual([]);
    expect(ledger.length).toBeGreaterThan(2000);
  }, 120_000);

  test('ingest, and the run is over: the next start of anything brings its rows back', async () => {
    await world.make();
    expect(await world.start(args).ended).toMatchObject({ code: 3 });
    await world.restore('ingest', 'ingest 0');
    expect(await world.start(['plan', 'others']).ended).toMatchObject({ code: 0 });
    const [{ rows } = { rows: 0 }] = await rowsOf<{ rows: number }>(
      world.databases.ingest,
      `SELECT count(*)::int AS rows FROM public.ingestion_log WHERE run = '${RUN}'`,
    );
    expect(rows).toBe(2300);
  }, 120_000);
});
