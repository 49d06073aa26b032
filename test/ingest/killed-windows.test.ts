import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { makeRunId } from '../../src/ingest/run/planned-run.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { ingest } from './support/ingest.ts';
import { makeItem } from './support/items.ts';
import { describeDatabase, itemsOf, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';
import { makeStacApiSource, page, serveApi } from './support/stac-api.ts';
import { send } from './support/web.ts';

const MONTHS = 6;
const PAGE = 400;
/** Items of each month but the fourth, which has two whole batches and a part of one. */
const FEW = 30;
const MANY = 2100;

const months = Array.from({ length: MONTHS }, (_, month) =>
  Array.from({ length: month === 3 ? MANY : FEW }, (__, number) =>
    makeItem(`item-${month}-${number}`, {
      properties: { datetime: new Date(Date.UTC(2024, month, 2 + (number % 25), 1, 0, number % 60)).toISOString() },
    }),
  ),
);
const windowOf = (month: number) => `scenes 2024-0${month + 1}-01T00:00:00Z`;

interface Asked {
  /** Window without its end. */
  readonly window: string;
  readonly from: number;
}

describeWith(['postgres15', 'python'], 'a runner that is killed while it reads windows of a STAC API', () => {
  const suite = useServer(['0.9.11']);
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** An API that notes what it is asked, and does not answer where it is told to hang. */
  async function startApi() {
    const log: Asked[] = [];
    const api = { url: '', log, hangs: (_: Asked): boolean => false };
    api.url = await serveApi((_, body, response) => {
      const { datetime, token = 0 } = JSON.parse(body) as { datetime: string; token?: number };
      const [start = '', end = ''] = datetime.split('/');
      const asked = { window: `scenes ${start}`, from: token };
      log.push(asked);
      if (api.hangs(asked)) return;
      const found = months.flat().filter(({ properties }) => {
        const time = Date.parse((properties as { datetime: string }).datetime);
        return time >= Date.parse(start) && time <= Date.parse(end);
      });
      const next = { rel: 'next', method: 'POST', href: '/search', body: { token: token + PAGE }, merge: true };
      send(response, page(found.slice(token, token + PAGE), ...(token + PAGE < found.length ? [next] : [])));
    });
    return api;
  }

  const makeSource = (url: string) =>
    makeStacApiSource(url, {
      datetime: `2024-01-01/2024-0${MONTHS}-30`,
      pageSize: PAGE,
      requests: { atOnce: 1, perSecond: null },
    });

  function start(url: string, run: string): ChildProcess {
    const options = { dsn: suite.server.dsn(suite.name), folder: '.', source: makeSource(url), run };
    const loader = pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href;
    const program = join(projectRoot, 'test/ingest/support/runner.fixture.ts');
    const child = spawn(process.execPath, ['--import', loader, program, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    return child;
  }

  /** No receipt can be written until the function that comes back is called. */
  async function holdReceipts(): Promise<() => Promise<void>> {
    const { pgstac } = await suite.openAgain();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let holding: Promise<void> | null = null;
    await new Promise<void>((held, fail) => {
      holding = pgstac.transaction(async (session) => {
        await session.query('LOCK TABLE platform.receipt IN EXCLUSIVE MODE');
        held();
        await released;
      });
      holding.catch(fail);
    });
    return async () => {
      release();
      await holding;
    };
  }

  const waitsForReceipts = async () =>
    (await suite.server.psql(
      `SELECT count(*) FROM pg_locks WHERE relation = 'platform.receipt'::regclass AND NOT granted`,
      suite.name,
    )) !== '0';

  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; waited < 60_000; waited += 50) {
      if (await holds()) return;
      await sleep(50);
    }
    throw new Error('waited in vain');
  }

  test('does not ask again for those it has done, loses nothing and doubles nothing', async () => {
    const api = await startApi();
    const undisturbed = await suite.make();
    await ingest(makeSource(api.url), makePorts(undisturbed, '.'));
    const whole = await describeDatabase(undisturbed.pgstac);
    expect(await itemsOf(undisturbed.pgstac)).toHaveLength(months.flat().length);
    await suite.closeLast();

    const { pgstac } = await suite.make();
    const run = makeRunId(Date.now());
    const doneParts = async () => {
      const rows = await rowsOf<{ part: string }>(pgstac, 'SELECT part FROM platform.part ORDER BY part');
      return rows.map(({ part }) => part.replace(/\/.*/, ''));
    };
    const batches = async () => (await rowsOf(pgstac, 'SELECT FROM platform.receipt')).length;
    const killAt = async (hangs: (asked: Asked) => boolean, isReady: () => Promise<boolean>) => {
      api.log.length = 0;
      api.hangs = hangs;
      const child = start(api.url, run);
      const ended = once(child, 'exit');
      await until(isReady);
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      await rowsOf(pgstac, 'UPDATE platform.lease SET expires = clock_timestamp() WHERE NOT done');
      return api.log.map(({ window, from }) => `${window} ${from}`);
    };
    const firstPages = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, number) => `${windowOf(first + number)} 0`);

    // Between two windows: three are done, and the fourth has given nothing.
    const first = await killAt(
      ({ window }) => window === windowOf(3),
      async () => (await doneParts()).length === 3 && api.log.length === 4,
    );
    expect(first).toEqual(firstPages(0, 3));
    expect(await doneParts()).toEqual([0, 1, 2].map(windowOf));

    // Within the fourth: two of its batches are committed, and its last page does not come.
    const second = await killAt(
      ({ window, from }) => window === windowOf(3) && from === 2000,
      async () => (await batches()) === 5,
    );
    expect(second).toEqual([0, 400, 800, 1200, 1600, 2000].map((from) => `${windowOf(3)} ${from}`));
    expect(await doneParts()).toEqual([0, 1, 2].map(windowOf));

    // The fourth is read to its end, and its last batch cannot be committed: it is not done.
    const release = await holdReceipts();
    const third = await killAt(
      () => false,
      async () => {
        if (!(await waitsForReceipts())) return false;
        await sleep(1000);
        return true;
      },
    );
    await release();
    expect(third).toEqual(expect.arrayContaining(second));
    expect(await doneParts()).toEqual([0, 1, 2].map(windowOf));

    api.log.length = 0;
    api.hangs = () => false;
    const [code] = await once(start(api.url, run), 'exit');
    expect(code).toBe(0);
    expect(api.log.map(({ window, from }) => `${window} ${from}`)).toEqual([...second, ...firstPages(4, 5)]);
    expect(await doneParts()).toEqual([0, 1, 2, 3, 4, 5].map(windowOf));
    expect(await describeDatabase(pgstac)).toEqual(whole);
    const log = await rowsOf<{ item: string; outcome: string }>(pgstac, 'SELECT item, outcome FROM ingestion_log');
    expect(log).toHaveLength(months.flat().length);
    expect(new Set(log.map(({ item }) => item)).size).toBe(log.length);
    expect(new Set(log.map(({ outcome }) => outcome))).toEqual(new Set(['inserted']));
  }, 120_000);
});
