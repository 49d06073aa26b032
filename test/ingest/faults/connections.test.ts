import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import type { Message } from './support/proxy.ts';
import { RUN, useWorld } from './support/world.ts';

/** Of what is spoken about below: the start reads some tables before it begins, and a fault there ends it at once. */
const begun = /FROM platform\.run WHERE run/;

describeWith(['postgres15', 'python'], 'a server that fails under a runner', () => {
  const world = useWorld();
  const args = ['--run', RUN];
  let undisturbed: unknown;
  beforeAll(async () => {
    await world.make();
    expect(await world.start(args).ended).toMatchObject({ code: 3 });
    undisturbed = await world.describe();
  }, 120_000);

  const query = (sql: string) => world.server.psql(sql, world.names.pgstac);

  /** The run ends by itself, and nothing was lost. */
  async function expectUndisturbed(runner: ReturnType<typeof world.start>): Promise<void> {
    const { code, stderr } = await runner.ended;
    expect([code, code === 3 ? '' : stderr]).toEqual([3, '']);
    expect(await world.describe()).toEqual(undisturbed);
  }

  /** The statement before which something happens is waited for; once only. */
  function whenMet(decide: (message: Message) => boolean): Promise<void> {
    return new Promise((resolve) => {
      world.proxy.meet((message) => {
        if (decide(message)) resolve();
        return null;
      });
    });
  }

  /** What a message is, whichever items and partitions it is about; a COMMIT by what its transaction writes first. */
  function nameMessage({ kind, sql, transaction }: Message): string {
    const said = sql === 'COMMIT' ? `COMMIT of ${transaction.split('; ')[1]}` : sql;
    return `${kind} ${said.replace(/_items_\w+/, 'a partition').slice(0, 70)}`;
  }

  test.each(['before', 'answered'] as const)(
    'the connection is reset at each kind of statement, %s: tried again, nothing lost',
    async (when) => {
      const struck: string[] = [];
      // A third of them in each run, since one transaction is tried ten times: a kind is of the same third in each, in
      // whatever order two batches at a time meet them.
      const thirds = new Map<string, number>();
      for (const third of [0, 1, 2]) {
        await world.make();
        const kinds = new Set<string>();
        let hasBegun = false;
        world.proxy.meet((message) => {
          hasBegun ||= begun.test(message.sql);
          const name = nameMessage(message);
          if (!hasBegun || !/[QSdc]/.test(message.kind) || kinds.has(name)) return null;
          kinds.add(name);
          if (!thirds.has(name)) thirds.set(name, thirds.size % 3);
          const isLeft = third === 2 && !struck.includes(name);
          if (thirds.get(name) !== third && !isLeft) return null;
          struck.push(name);
          return { at: when };
        });
        await expectUndisturbed(world.start(args));
      }
      const some = [/^Q BEGIN/, /^S INSERT INTO platform.receipt/, /^d COPY .*partition/, /^c COPY .*ledger/].concat(
        /^Q COMMIT of INSERT INTO platform.receipt/,
        /^Q COMMIT of COPY .*ingestion_log/,
      );
      for (const one of some) expect(struck).toContainEqual(expect.stringMatching(one));
    },
    120_000,
  );

  test('its backends are terminated again and again: tried again, nothing lost', async () => {
    await world.make();
    const runner = world.start(args);
    let ended = false;
    runner.ended.finally(() => {
      ended = true;
    });
    for (let times = 0; times < 6 && !ended; times += 1) {
      await whenMet(({ sql }) => /platform\.(receipt|ledger)|COPY/.test(sql));
      await query(
        `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname IN ('${world.names.pgstac}', '${world.names.ingest}') AND application_name NOT LIKE 'psql%'`,
      );
      await sleep(300);
    }
    world.proxy.meet(() => null);
    await expectUndisturbed(runner);
  }, 120_000);

  test('a deadlock with somebody else is tried again and not seen', async () => {
    await world.make();
    const runner = world.start(args);
    // Somebody who has what a batch wants after its ledger, waits until it does, and then wants its ledger.
    const rows = await query(`BEGIN;
      SELECT FROM pgstac.collections FOR UPDATE;
      DO $$ BEGIN
        FOR i IN 1..3000 LOOP
          EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted);
          PERFORM pg_sleep(0.02);
        END LOOP;
        IF NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) THEN RAISE 'nobody came'; END IF;
      END $$;
      SET LOCAL deadlock_timeout = '60s';
      SELECT 'locked ' || count(*) FROM (SELECT FROM platform.ledger FOR UPDATE) AS l;
      ROLLBACK;`);
    // That it got them is the deadlock's end: the batch had them, and was the one to give way.
    expect(rows).toMatch(/locked [1-9]/);
    await expectUndisturbed(runner);
  }, 120_000);

  test('the server is restarted in the middle, without a goodbye: tried again, nothing lost', async () => {
    await world.make();
    const runner = world.start(args);
    await whenMet(({ kind }) => kind === 'd');
    await restart();
    world.proxy.meet(() => null);
    await expectUndisturbed(runner);
  }, 120_000);

  async function restart(): Promise<void> {
    const data = await world.server.psql('SHOW data_directory');
    const asOwner = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
    const command = [...asOwner, world.server.bin('pg_ctl'), '-D', data, '-l', `${dirname(data)}/log`];
    const options = ['-o', `-p ${world.server.port}`, '-m', 'immediate', '-w', 'restart'];
    const { status, stderr } = spawnSync(command[0] ?? '', [...command.slice(1), ...options], {
      cwd: dirname(data),
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  }

  test('all connections are taken for a while (53300): tried again, nothing lost', async () => {
    await world.make();
    await query(`DO $$ BEGIN
        IF to_regrole('loader') IS NULL THEN CREATE ROLE loader LOGIN IN ROLE pgstac_ingest, ingest_write; END IF;
      END $$`);
    const runner = world.start(args, { user: 'loader' });
    await new Promise<void>((resolve) => {
      let met = false;
      world.proxy.meet(({ kind }) => {
        if (met || kind !== 'd') return null;
        met = true;
        resolve();
        return { at: 'before' };
      });
    });
    await query(`ALTER ROLE loader CONNECTION LIMIT 0;
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'loader'`);
    await sleep(1500);
    await query('ALTER ROLE loader CONNECTION LIMIT -1');
    await expectUndisturbed(runner);
  }, 120_000);

  test('the server has no memory left for a while (53200): tried again, nothing lost', async () => {
    await world.make();
    await query(`CREATE SEQUENCE public.attempts;
      CREATE FUNCTION public.starve() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('public.attempts') <= 3 THEN RAISE 'out of memory' USING ERRCODE = '53200'; END IF; RETURN NULL; END $$;
      CREATE TRIGGER starve AFTER INSERT ON platform.receipt EXECUTE FUNCTION public.starve()`);
    const { code, stderr } = await world.start(args).ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('SQLSTATE 53200')]);
    expect(Number(await query(`SELECT last_value FROM public.attempts`))).toBeGreaterThan(3);
    expect(await world.describe()).toEqual(undisturbed);
  }, 120_000);

  test('the database is dropped: said at once; made again, the same run goes on', async () => {
    await world.make();
    const runner = world.start(args);
    await whenMet(({ kind }) => kind === 'd');
    await world.drop('pgstac');
    const { code, stderr } = await runner.ended;
    expect([code, stderr]).toEqual([4, expect.stringMatching(/does not exist \(SQLSTATE 3D000\)/)]);
    expect(stderr).toMatch(/create the database first/);
    await world.restore('pgstac', 'pgstac 0');
    await expectUndisturbed(world.start(args));
  }, 120_000);

  /** What no attempt of ours helps against is said at once, in words, with what to do; then the same run goes on. */
  const named: readonly (readonly [state: string, set: string, undo: string, hint: RegExp])[] = [
    [
      '53100',
      `CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100'; END $$;
       CREATE TRIGGER full_disk BEFORE INSERT ON platform.receipt EXECUTE FUNCTION public.full()`,
      'DROP FUNCTION public.full CASCADE',
      /disk of the database server is full/,
    ],
    [
      '25006',
      `ALTER DATABASE "DATABASE" SET default_transaction_read_only = on`,
      'ALTER DATABASE "DATABASE" RESET default_transaction_read_only',
      /may only be read: it is a standby/,
    ],
    [
      '57014',
      `CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
       CREATE TRIGGER slow BEFORE INSERT ON platform.receipt EXECUTE FUNCTION public.slow();
       ALTER DATABASE "DATABASE" SET statement_timeout = '2s'`,
      'DROP FUNCTION public.slow CASCADE; ALTER DATABASE "DATABASE" RESET statement_timeout',
      /statement_timeout, or somebody, ended a statement/,
    ],
  ];
  test.each(named)(
    '%s is not tried again but named, and the same run goes on after it',
    async (state, set, undo, hint) => {
      await world.make();
      const put = (sql: string) => query(sql.replaceAll('DATABASE"', `${world.names.pgstac}"`));
      await put(set);
      const started = Date.now();
      const { code, stderr } = await world.start(args).ended;
      expect([code, stderr]).toEqual([4, expect.stringMatching(new RegExp(`SQLSTATE ${state}`))]);
      expect(stderr).toMatch(hint);
      expect(Date.now() - started).toBeLessThan(20_000);
      await put(`SET default_transaction_read_only = off; ${undo}`);
      await expectUndisturbed(world.start(args));
    },
    120_000,
  );
});
