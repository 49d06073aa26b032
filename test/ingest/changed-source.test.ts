import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import type { Progress } from '../../src/ingest/progress.ts';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { itemsOf, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const source = { kind: 'files', files: ['collection.json', 'items.ndjson'] } as const;

/** An item of the source: its content is its version; a version below 0 is a bad one. */
interface Scene {
  readonly id: string;
  readonly version: number;
}

const months = ['2024-01-10T00:00:00Z', '2024-02-10T00:00:00Z', '2024-03-10T00:00:00Z'];
const write = ({ id, version }: Scene) =>
  makeItem(id, {
    properties: { datetime: months[Math.abs(version) % months.length], version },
    ...(version < 0 ? { geometry: null } : {}),
  });
const makeScenes = (count: number, from = 0): Scene[] =>
  Array.from({ length: count }, (_, place) => ({ id: `item-${from + place}`, version: place % 53 === 7 ? -1 : 0 }));

describeWith(['postgres15', 'python'], 'a run that is started again on a source that has changed', () => {
  const suite = useServer(['0.9.11']);

  async function makeRun(limit?: number) {
    const { pgstac, ingest } = await suite.make();
    const folder = makeTemporaryFolder('changed');
    writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
    const ports = makePorts({ pgstac, ingest, close: () => pgstac.close() }, folder);
    const lay = (scenes: readonly Scene[]) =>
      writeFileSync(join(folder, 'items.ndjson'), lines(...scenes.map((scene) => write(scene))));
    const plan = await makePlan(source, ports, limit === undefined ? {} : { limit });
    return {
      lay,
      /** Starts it, and interrupts it after so many batches. */
      async start(batches = Number.POSITIVE_INFINITY) {
        const stop = new AbortController();
        let left = batches;
        const report = ({ kind }: Progress) => {
          if (kind === 'batch') left -= 1;
          if (left <= 0) stop.abort();
        };
        const ended = runIngestion(plan, { ...ports, signal: stop.signal, report });
        if (batches === Number.POSITIVE_INFINITY) await ended;
        else await ended.catch((error: unknown) => expect(error).toMatchObject({ kind: 'interrupted' }));
      },
      finish: () => finishRun(plan.run.run, ports),
      /** Ids that are in pgSTAC. */
      loaded: async () => (await itemsOf(pgstac)).map(({ id }) => id),
      /** The version of each id that is in pgSTAC. */
      async versions() {
        const items = await itemsOf(pgstac);
        const versions = items.map(({ id, content }) => [id, (content['properties'] as { version: number }).version]);
        expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
        return Object.fromEntries(versions) as Record<string, number>;
      },
      log: () =>
        rowsOf<{ item: string; outcome: string; hash: string }>(
          ingest,
          `SELECT item, outcome, encode(hash, 'hex') AS hash FROM public.ingestion_log ORDER BY batch, position`,
        ),
    };
  }

  const expectNoDoubles = (log: readonly { item: string; hash: string }[]) => {
    const seen = log.map(({ item, hash }) => `${item} ${hash}`);
    expect(seen.filter((one, place) => seen.indexOf(one) !== place)).toEqual([]);
  };

  test('nothing is exchanged for what its batch was: what is new is loaded, what is done is not done again', async () => {
    const { lay, start, finish, versions, loaded, log } = await makeRun();
    const scenes = makeScenes(5500);
    lay(scenes);
    await start(2);
    const done = new Set(await loaded());
    expect(done.size).toBeGreaterThan(1900);
    expect(done.size).toBeLessThan(4100);
    // One more at the front, so that each batch is another; some changed, of what was done and of what was not; some gone.
    const changed = scenes
      .filter((_, place) => place % 100 !== 3)
      .map((scene, place) => (place % 90 === 11 ? { ...scene, version: 1 } : scene));
    lay([{ id: 'front', version: 0 }, ...changed]);
    await start();
    const report = await finish();
    const found = await versions();
    for (const { id, version } of [{ id: 'front', version: 0 }, ...changed])
      expect([id, found[id]]).toEqual([id, version < 0 ? undefined : version]);
    const rows = await log();
    expectNoDoubles(rows);
    expect(report.counts.read).toBe(rows.length);
    expect(report.openShards).toEqual([]);
    const isUpdate = ({ id, version }: Scene) => version === 1 && done.has(id);
    expect(report.counts.updated).toBe(changed.filter(isUpdate).length);
  });

  test('of an id that comes twice the later content is kept, though the earlier one comes after what was done', async () => {
    const { lay, start, finish, versions } = await makeRun();
    const others = makeScenes(5200);
    const last = { id: 'twice', version: 2 };
    lay([...others.slice(0, 900), last, ...others.slice(900)]);
    await start(1);
    // Now there is an earlier one before it, and both are elsewhere.
    lay([
      { id: 'front', version: 0 },
      { id: 'twice', version: 1 },
      ...others.slice(0, 1500),
      last,
      ...others.slice(1500),
    ]);
    await start();
    await finish();
    expect((await versions())['twice']).toBe(2);
  });

  test('--limit counts what this start reads', async () => {
    const { lay, start, finish, loaded } = await makeRun(4200);
    lay(makeScenes(5500, 10_000));
    await start(1);
    const done = (await loaded()).length;
    lay(makeScenes(5500, 20_000));
    await start();
    const { counts } = await finish();
    expect(counts.read - counts.quarantined).toBe((await loaded()).length);
    expect((await loaded()).length).toBe(done + makeScenes(4200).filter(({ version }) => version >= 0).length);
    expect(await loaded()).toContain('item-24199');
    expect(await loaded()).not.toContain('item-24200');
  });

  test.each([1, 2, 3])(
    'whatever changes between its starts, its last source is there in full (seed %i)',
    async (seed) => {
      const random = makeRandom(seed);
      const { lay, start, finish, versions, log } = await makeRun();
      let scenes = makeScenes(5300);
      let made = 0;
      for (let starts = 0; starts < 4; starts += 1) {
        lay(scenes);
        await start(1 + random(2));
        scenes = scenes.flatMap((scene) => {
          const chance = random(800);
          if (chance === 0) return [];
          if (chance === 1) return [{ ...scene, version: ++made }];
          if (chance === 2) return [{ id: `new-${++made}`, version: 0 }, scene];
          return [scene];
        });
      }
      lay(scenes);
      await start();
      const report = await finish();
      const found = await versions();
      expect(scenes.filter(({ id, version }) => version >= 0 && found[id] !== version)).toEqual([]);
      expectNoDoubles(await log());
      expect(report.openShards).toEqual([]);
    },
  );
});
