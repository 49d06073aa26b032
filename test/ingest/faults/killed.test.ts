import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeRandom } from '../../support/hostile.ts';
import { describeWith } from '../../support/needs.ts';
import { sharedRoot } from '../../support/root.ts';
import { runProcess } from '../../support/run.ts';
import { pypgstac } from '../support/databases.ts';
import type { Fault, Message } from './support/proxy.ts';
import { RUN, useWorld } from './support/world.ts';

/** How many times runners are killed at random; the 200 by `KILLS=200 npx jest test/ingest/faults/killed`. */
const KILLS = Number(process.env['KILLS'] ?? 8);
const KILLS_A_ROUND = 4;
const SEED = Number(process.env['SEED'] ?? 1);

describeWith(['postgres15', 'python'], 'a runner that is killed, and started again with the same --run', () => {
  const world = useWorld();
  let undisturbed:
    | { readonly database: string; readonly left: unknown; readonly messages: number; readonly milliseconds: number }
    | undefined;

  /** What a run leaves that nothing happens to, how many messages it takes and how long. */
  async function runUndisturbed() {
    if (undisturbed !== undefined) return undisturbed;
    await world.make();
    let messages = 0;
    world.proxy.meet(({ number }) => {
      messages = number;
      return null;
    });
    const started = Date.now();
    expect(await world.start(['--run', RUN]).ended).toMatchObject({ code: 3 });
    const milliseconds = Date.now() - started;
    undisturbed = { database: world.names.pgstac, left: await world.describe(), messages, milliseconds };
    return undisturbed;
  }

  /** Starts a runner and kills it where `decide` says so; null where it ended before. */
  async function startAndKill(decide: (message: Message) => Fault['at'] | null): Promise<Message | null> {
    let met: Message | null = null;
    world.proxy.meet((message) => {
      const at = met === null ? decide(message) : null;
      if (at === null) return null;
      met = message;
      return { at, act: () => runner.child.kill('SIGKILL') };
    });
    const runner = world.start(['--run', RUN]);
    const { code, stderr } = await runner.ended;
    if (code !== 137) expect([code, code === 3 ? '' : stderr]).toEqual([3, '']);
    await world.expireLeases();
    return met;
  }

  async function startAndKillAfter(milliseconds: number): Promise<boolean> {
    world.proxy.meet(() => null);
    const runner = world.start(['--run', RUN]);
    const timer = setTimeout(() => runner.child.kill('SIGKILL'), milliseconds);
    const { code } = await runner.ended;
    clearTimeout(timer);
    await world.expireLeases();
    return code === 137;
  }

  async function expectUndisturbed(): Promise<void> {
    world.proxy.meet(() => null);
    const { code, stderr } = await world.start(['--run', RUN]).ended;
    expect([code, code === 3 ? '' : stderr]).toEqual([3, '']);
    expect(await world.describe()).toEqual((await runUndisturbed()).left);
  }

  const rounds = Array.from({ length: Math.ceil(KILLS / KILLS_A_ROUND) }, (_, round) => round + 1);
  test.each(rounds)(
    `at random, ${KILLS_A_ROUND} times one after the other (round %i): nothing is lost`,
    async (round) => {
      const { messages, milliseconds } = await runUndisturbed();
      const random = makeRandom(SEED * 1000 + round);
      await world.make();
      const points: string[] = [];
      // A run that is soon over is killed less often than was asked: then with another.
      for (let kills = 0; kills < KILLS_A_ROUND; ) {
        if (random(4) === 0) {
          const after = Math.round((milliseconds * (20 + random(80))) / 100);
          if (await startAndKillAfter(after)) {
            kills += 1;
            points.push(`after ${after} ms`);
          }
        } else {
          const number = 1 + random(kills === 0 ? messages : Math.ceil(messages / 2));
          const at = (['before', 'sent', 'answered'] as const)[random(3)] as Fault['at'];
          const met = await startAndKill((message) => (message.number === number ? at : null));
          if (met !== null) {
            kills += 1;
            points.push(`${at} message ${number} (${met.kind} ${met.sql.slice(0, 70)})`);
          }
        }
        if ((await isFinished()) && kills < KILLS_A_ROUND) {
          await expectUndisturbed();
          await world.make();
        }
      }
      if (process.env['KILLS'] !== undefined) process.stderr.write(`round ${round}:\n  ${points.join('\n  ')}\n`);
      await expectUndisturbed();
    },
    300_000,
  );

  const isFinished = async () =>
    (await world.server.psql(
      `SELECT finished IS NOT NULL FROM platform.run WHERE run = '${RUN}'`,
      world.names.pgstac,
    )) === 't';

  /** The steps of a run in their order, each by its statement: the end of a transaction by the one before it. */
  const steps: readonly (readonly [name: string, decide: () => (message: Message) => Fault['at'] | null])[] = [
    ['while it takes the lease', () => at('sent', /INSERT INTO platform\.lease/)],
    ['after it took the lease', () => at('answered', /INSERT INTO platform\.lease/)],
    ['while it prepares a partition', () => at('sent', /check_partition/)],
    ['after its receipt, before anything else of the batch', () => at('answered', /INSERT INTO platform\.receipt/)],
    ['within COPY', () => atRows(/COPY .*_items_/)],
    ['before COMMIT of a batch', () => atCommit('before', /platform\.receipt/)],
    ['while COMMIT of a batch is under way', () => atCommit('sent', /platform\.receipt/)],
    ['after COMMIT of a batch, before it knows', () => atCommit('answered', /platform\.receipt/)],
    ['while a partition is settled', () => at('sent', /update_partition_stats/)],
    ['before its shard is done', () => at('before', /UPDATE platform\.lease SET done/)],
    ['within the COPY of the log', () => atRows(/COPY .*ingestion_log/)],
    ['before COMMIT of the log', () => atCommit('before', /ingestion_log/)],
    ['after COMMIT of the log, before the receipts are marked', () => atCommit('answered', /ingestion_log/)],
    ['while the receipts are marked', () => at('sent', /UPDATE platform\.receipt/)],
    ['before the run is closed', () => at('before', /UPDATE platform\.run SET finished/)],
    ['after the run is closed, before it says so', () => at('answered', /UPDATE platform\.run SET finished/)],
  ];

  test(`at each step, one after the other: ${steps.map(([name]) => name).join('; ')}`, async () => {
    await runUndisturbed();
    await world.make();
    for (const [name, decide] of steps)
      expect([name, await startAndKill(decide())]).toEqual([
        name,
        expect.objectContaining({ number: expect.any(Number) }),
      ]);
    await expectUndisturbed();
    await expectOracleAgrees();
  }, 300_000);

  /** By the oracle that holds us against pypgstac, statistics of partitions included, where it is there. */
  async function expectOracleAgrees(): Promise<void> {
    const oracle = join(sharedRoot, 'tools/pgstac-oracle/compare.py');
    if (!existsSync(oracle) && process.env['CI'] !== 'true') return;
    const { python } = await pypgstac('0.9.11');
    const dsns = [(await runUndisturbed()).database, world.names.pgstac].map((name) => world.server.dsn(name));
    const { code, stdout, stderr } = await runProcess(python, [oracle, ...dsns], { timeout: 120_000 });
    expect([code, stdout + stderr]).toEqual([0, expect.stringMatching(/partition_stats: A=(\d+) B=\1 diff=0/)]);
  }
});

/** At the first statement that matches; its answer comes once it is synchronised. */
function at(when: Fault['at'], statement: RegExp) {
  return ({ kind, sql }: Message) => (/[SQ]/.test(kind) && statement.test(sql) ? when : null);
}

/** At the first rows of a COPY. */
function atRows(copy: RegExp) {
  return ({ kind, sql }: Message): Fault['at'] | null => (kind === 'd' && copy.test(sql) ? 'sent' : null);
}

/** At the COMMIT of the first transaction that writes what matches. */
function atCommit(when: Fault['at'], written: RegExp) {
  return ({ kind, sql, transaction }: Message): Fault['at'] | null =>
    kind === 'Q' && sql === 'COMMIT' && written.test(transaction) ? when : null;
}
