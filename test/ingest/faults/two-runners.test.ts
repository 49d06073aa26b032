import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import { runProcess } from '../../support/run.ts';
import { pypgstac } from '../support/databases.ts';
import { lines, makeItem } from '../support/items.ts';
import { itemsOf, rowsOf } from '../support/load.ts';
import { makeProject, makeSource, RUN, useWorld } from './support/world.ts';

describeWith(['postgres15', 'python'], 'two that write at once', () => {
  const world = useWorld();
  const args = ['--run', RUN];
  let undisturbed: unknown;
  beforeAll(async () => {
    await world.make();
    expect(await world.start(args).ended).toMatchObject({ code: 3 });
    undisturbed = await world.describe();
  }, 120_000);

  const datetimeOf = (place: number) => `2024-0${(place % 7) + 1}-10T00:00:00Z`;
  const makeItems = (name: string, count: number) =>
    Array.from({ length: count }, (_, place) =>
      makeItem(`${name}-${place}`, { properties: { datetime: datetimeOf(place), name } }),
    );

  /** Ids of items by how they begin, and how often each is there. */
  async function countItems(): Promise<Record<string, number>> {
    const items = await itemsOf(world.databases.pgstac);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    const counts: Record<string, number> = {};
    for (const { id } of items) {
      const name = id.replace(/-\d+$/, '');
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  test('a runner that sleeps while its lease is taken over commits nothing when it wakes', async () => {
    await world.make();
    const committed: string[] = [];
    let isAwake = false;
    const awake = new Promise<void>((resolve) => {
      let met = false;
      // The other does not come by here.
      world.proxy.meet(({ kind, sql, transaction }) => {
        if (isAwake && sql === 'COMMIT' && /INTO platform\.receipt/.test(transaction)) committed.push(transaction);
        if (kind === 'd' && !met) {
          met = true;
          // In the middle of its batch, as a machine that is suspended.
          sleeper.child.kill('SIGSTOP');
          resolve();
        }
        return null;
      });
    });
    const sleeper = world.start(args);
    await awake;
    await world.expireLeases();
    const other = world.start([...args, '--shard', '1/2'], { straight: true });
    const epoch = async () => {
      const [lease] = await rowsOf<{ epoch: number }>(
        world.databases.pgstac,
        `SELECT max(epoch)::int AS epoch FROM platform.lease WHERE run = '${RUN}'`,
      );
      return lease?.epoch ?? 0;
    };
    while ((await epoch()) < 2) await sleep(50);
    isAwake = true;
    sleeper.child.kill('SIGCONT');
    const { code, stderr } = await sleeper.ended;
    expect([code, stderr]).toEqual([4, expect.stringContaining('was taken over by')]);
    expect(committed).toEqual([]);
    expect(await other.ended).toMatchObject({ code: 3 });
    expect(await world.start(args).ended).toMatchObject({ code: 3 });
    expect(await world.describe()).toEqual(undisturbed);
  }, 120_000);

  test('two shards of a run, as processes: together they leave what one after the other does', async () => {
    await world.make();
    const both = [1, 2].map((shard) => world.start([...args, '--shard', `${shard}/2`, '--finish']));
    for (const { ended } of both) expect([0, 3]).toContain((await ended).code);
    expect(await world.describe()).toEqual(undisturbed);
  }, 120_000);

  test('two pipelines on the same partitions of a collection: each item is there, and no deadlock is seen', async () => {
    await world.make();
    const project = makeProject(lines(...makeItems('one', 1500)), lines(...makeItems('two', 1500)));
    const both = ['scenes', 'others'].map((pipeline) => world.start([pipeline], { cwd: project }));
    for (const { ended } of both) expect(await ended).toMatchObject({ code: 0 });
    expect(await countItems()).toMatchObject({ one: 1500, two: 1500 });
  }, 120_000);

  test('the real pypgstac beside it on the same partitions: both lose nothing', async () => {
    await world.make();
    const { bin } = await pypgstac('0.9.11');
    const project = makeProject(makeSource(2), lines(...makeItems('ours', 1500)));
    writeFileSync(join(project, 'theirs.ndjson'), lines(...makeItems('theirs', 1500)));
    const dsn = world.server.dsn(world.names.pgstac);
    const load = ['load', 'items', join(project, 'theirs.ndjson'), '--method', 'upsert', '--dsn', dsn];
    // It makes its partitions without trying again: where PostgreSQL chooses it as a deadlock's victim, whoever started it
    // starts it again. Ours never ends so.
    const loadTheirs = async (turn = 1): Promise<Awaited<ReturnType<typeof runProcess>>> => {
      const result = await runProcess(bin('pypgstac'), load, { env: { ...process.env, PGTZ: 'UTC' } });
      const isVictim = result.code !== 0 && /deadlock detected/i.test(`${result.stdout}${result.stderr}`);
      return isVictim && turn < 5 ? await loadTheirs(turn + 1) : result;
    };
    const theirs = loadTheirs();
    const ours = await world.start(['others'], { cwd: project }).ended;
    expect([ours.code, ours.code === 0 ? '' : ours.stderr]).toEqual([0, '']);
    expect(await theirs).toMatchObject({ code: 0 });
    expect(await countItems()).toMatchObject({ ours: 1500, theirs: 1500 });
  }, 120_000);
});
