import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { RUN, useWorld } from './faults/support/world.ts';
import { lines, makeCollection, makeItem as makePlainItem } from './support/items.ts';
import { change, describeDatabase, rowsOf } from './support/load.ts';
import { makeExtension, readCoreSchemas } from './support/schemas.ts';

const COLOUR = 'https://schemas.example.org/colour/v1.0.0/schema.json';
const SEED = Number(process.env['SEED'] ?? 1);
const late = (id: string, changes: object = {}) =>
  makePlainItem(id, { collection: 'late', links: [{ rel: 'collection', href: 'c.json' }], ...changes });
const many = (count: number) =>
  Array.from({ length: count }, (_, place) =>
    late(`item-${place}`, { properties: { datetime: `2024-0${1 + (place % 7)}-05T00:00:00Z`, place } }),
  );

const spec = `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines:
  late: { source: { files: [late.ndjson] } }
  other: { source: { files: [other.ndjson] } }
  kept: { source: { files: [kept.ndjson] }, method: ignore }
  full: { source: { files: [full.ndjson] }, judge: full, schemas: schemas }
`;

describeWith(['postgres15', 'python'], 'platform ingest retry', () => {
  const world = useWorld();

  /** A pair of databases without the collection `late`, and a project with these items. */
  async function make(files: Readonly<Record<string, readonly unknown[]>>) {
    const { pgstac, ingest } = await world.make();
    const cwd = makeTemporaryFolder('retry');
    const write = (name: string, items: readonly unknown[]) =>
      writeFileSync(join(cwd, `${name}.ndjson`), lines(...items));
    writeFileSync(join(cwd, 'platform.yaml'), spec);
    for (const [name, items] of Object.entries({ late: [], other: [], kept: [], full: [], ...files }))
      write(name, items);
    const run = (...args: string[]) => world.start(args, { cwd, straight: true }).ended;
    return {
      cwd,
      pgstac,
      ingest,
      write,
      run,
      async json(...args: string[]) {
        const { code, stdout, stderr } = await run(...args, '--format', 'json');
        if (stdout === '') throw new Error(`exit ${code}: ${stderr}`);
        return { code, value: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown> };
      },
      /** Of the pipelines of the spec above; the world's own items are of another. */
      quarantine: () =>
        rowsOf<{ pipeline: string; item: string | null; reason: string; since: string }>(
          pgstac,
          `SELECT pipeline, item, reason, since::text AS since FROM platform.quarantine WHERE pipeline <> 'scenes'
           ORDER BY pipeline, item, reason`,
        ),
      titles: () =>
        rowsOf<{ id: string; title: string | null }>(
          pgstac,
          `SELECT id, content->'properties'->>'title' AS title FROM pgstac.items WHERE collection = 'late' ORDER BY id`,
        ),
      putCollection: () =>
        change(
          pgstac,
          `SELECT create_collection('${JSON.stringify(makeCollection({ id: 'late' }))}'::jsonb);
           UPDATE collections SET partition_trunc = 'month' WHERE id = 'late'`,
        ),
    };
  }

  test('loads what a fix has made sound; what still fails keeps the time it came first, and other pipelines their rows', async () => {
    const { run, json, quarantine, putCollection, titles } = await make({
      late: [late('a'), late('b'), late('c'), late('bad', { geometry: null }), '{"type":'],
      other: [late('x')],
    });
    const first = await run('late');
    expect(first).toMatchObject({ code: 3 });
    expect(first.stderr).toContain('\nagain, after a fix: platform ingest retry late\n');
    expect(await run('other')).toMatchObject({ code: 3 });
    const before = await quarantine();
    const found = { retriable: 4, unreadable: 1, superseded: 0, released: 0 };
    expect(await json('retry', 'late')).toMatchObject({
      code: 3,
      value: { read: 4, quarantined: 4, reasons: { noGeometry: 1, unknownCollection: 3 }, retries: [found] },
    });
    expect(await quarantine()).toEqual(before);

    await putCollection();
    expect(await json('retry', 'late', '--item', 'b')).toMatchObject({ code: 0, value: { read: 1, inserted: 1 } });
    const limited = await json('retry', 'late', '--reason', 'unknownCollection', '--limit', '1');
    expect(limited).toMatchObject({ code: 0, value: { read: 1, inserted: 1, retries: [{ retriable: 2 }] } });
    const last = await run('retry', 'late');
    expect(last).toMatchObject({ code: 3 });
    expect(last.stderr).toContain('late: 1 not tried: their bytes can be no item, only the source can mend them\n');
    expect(last.stderr).toContain('1 quarantined: 1 noGeometry\n');
    expect((await titles()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(await quarantine()).toEqual(before.filter(({ item }) => item === null || /bad|x/.test(item)));

    const nothing = await run('retry', 'late', '--reason', 'unknownCollection');
    expect(nothing).toMatchObject({ code: 0, stderr: expect.stringContaining('late: nothing to try again\n') });
    expect(await run('retry', '--allow-quarantined')).toMatchObject({ code: 0 });
    expect((await titles()).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'x']);
    const typo = await run('retry', '--reason', 'noGeometri');
    expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining('noGeometry') });
  });

  test('an older version does not take the place of a later one, be it loaded or in quarantine', async () => {
    const { run, json, write, quarantine, putCollection, titles } = await make({
      late: ['a', 'b', 'c'].map((id) => late(id)),
    });
    expect(await run('late')).toMatchObject({ code: 3 });
    const titled = (id: string, changes: object = {}) =>
      late(id, { properties: { datetime: '2024-03-01T00:00:00Z', title: 'new' }, ...changes });
    await putCollection();
    write('late', [titled('a'), titled('b', { geometry: null })]);
    write('other', [late('c')]);
    expect(await run('late')).toMatchObject({ code: 3 });
    expect(await run('other')).toMatchObject({ code: 0 });
    expect(await json('retry', 'late')).toMatchObject({
      code: 3,
      value: { read: 1, quarantined: 1, retries: [{ retriable: 1, unreadable: 0, superseded: 2, released: 1 }] },
    });
    expect(await titles()).toEqual([
      { id: 'a', title: 'new' },
      { id: 'c', title: null },
    ]);
    expect((await quarantine()).map(({ item, reason }) => [item, reason])).toEqual(
      [
        ['a', 'unknownCollection'],
        ['b', 'noGeometry'],
        ['b', 'unknownCollection'],
      ].sort(),
    );
  });

  test('what somebody else has loaded meanwhile leaves the quarantine where the pipeline ignores it, and stays as it is', async () => {
    const titled = late('a', { properties: { datetime: '2024-03-01T00:00:00Z', title: 'theirs' } });
    const { pgstac, run, json, quarantine, putCollection, titles } = await make({
      kept: [late('a'), late('b'), late('bad', { geometry: null })],
    });
    expect(await run('kept')).toMatchObject({ code: 3 });
    await putCollection();
    await change(pgstac, `SELECT create_item('${JSON.stringify(titled)}'::jsonb)`);
    expect(await json('retry', 'kept')).toMatchObject({
      code: 3,
      value: { read: 3, inserted: 1, ignored: 1, quarantined: 1 },
    });
    expect((await quarantine()).map(({ item }) => item)).toEqual(['bad']);
    expect(await titles()).toEqual([
      { id: 'a', title: 'theirs' },
      { id: 'b', title: null },
    ]);
  });

  test('what the database refused is loaded once it stores it', async () => {
    const { pgstac, run, json, putCollection, quarantine } = await make({
      late: [late('a'), late('b', { properties: { datetime: '2024-01-01T00:00:00Z', n: 'no number' } })],
    });
    await putCollection();
    await change(pgstac, `CREATE INDEX numbers ON items (((content->'properties'->>'n')::int))`);
    expect(await run('late')).toMatchObject({ code: 3 });
    expect((await quarantine()).map(({ reason }) => reason)).toEqual(['refusedByDatabase']);
    await change(pgstac, 'DROP INDEX numbers');
    expect(await json('retry')).toMatchObject({ code: 0, value: { read: 1, inserted: 1 } });
    expect(await quarantine()).toEqual([]);
  });

  test('schemas that were missing are named, and once they are there the items are judged by them', async () => {
    const coloured = (id: string, depth: number) =>
      late(id, { stac_extensions: [COLOUR], properties: { datetime: '2024-01-01T00:00:00Z', 'colour:depth': depth } });
    const { cwd, run, json, putCollection, quarantine } = await make({
      full: [late('a'), coloured('b', 8), coloured('c', 99)],
    });
    await putCollection();
    const put = (url: string, text: string) => {
      const path = join(cwd, 'schemas', url.replace('https://', ''));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    };
    for (const [url, text] of await readCoreSchemas()) put(url, text);
    const { code, stderr } = await run('full');
    expect([code, stderr]).toEqual([3, expect.stringContaining(`\nmissing: ${COLOUR}, which 2 items name\n`)]);
    expect(await json('retry', 'full')).toMatchObject({
      code: 3,
      value: { reasons: { schemaMissing: 2 }, missingSchemas: { [COLOUR]: 2 } },
    });
    put(COLOUR, makeExtension(COLOUR, { properties: { 'colour:depth': { maximum: 16 } } }));
    expect(await json('retry', 'full')).toMatchObject({
      code: 3,
      value: { inserted: 1, quarantined: 1, reasons: { schemaFault: 1 } },
    });
    expect((await quarantine()).map(({ item, reason }) => [item, reason])).toEqual([['c', 'schemaFault']]);
  });

  test('a retry that is killed goes on with its own id, as a retry only, and leaves what an undisturbed one leaves', async () => {
    const random = makeRandom(SEED);
    const sound = many(2400);
    const items = sound.map((item, place) => (place % 50 === 7 ? { ...item, geometry: null } : item));
    const leaves: unknown[] = [];
    for (const isKilled of [false, true]) {
      const { cwd, pgstac, ingest, run, putCollection, quarantine } = await make({ late: items });
      expect(await run('late')).toMatchObject({ code: 3 });
      await putCollection();
      let messages = 0;
      let at = isKilled ? 300 + random(600) : Number.POSITIVE_INFINITY;
      let kills = 0;
      const id = '0190a000-0000-7000-8000-000000000009';
      for (;;) {
        let dead = false;
        world.proxy.meet(({ number }) => {
          messages = number;
          if (dead || number < at) return null;
          dead = true;
          return { at: 'sent', act: () => runner.child.kill('SIGKILL') };
        });
        const runner = world.start(['retry', 'late', '--run', id, '--limit', '2390'], { cwd });
        const { code, stderr } = await runner.ended;
        world.proxy.meet(() => null);
        if (code !== 137) {
          expect([code, stderr]).toEqual([3, expect.any(String)]);
          break;
        }
        kills += 1;
        await world.expireLeases();
        at = kills < 4 ? 300 + random(600) : Number.POSITIVE_INFINITY;
        const [planned] = await rowsOf(pgstac, `SELECT run FROM platform.run WHERE run = '${id}'`);
        if (kills > 1 || planned === undefined) continue;
        const other = await run('--run', id);
        expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining(`platform ingest retry --run ${id}`) });
        const { stdout } = await run('status', id);
        expect(stdout).toContain(`  next: platform ingest retry --run ${id}\n`);
      }
      expect(messages).toBeGreaterThan(40);
      if (isKilled) expect(kills).toBeGreaterThan(1);
      expect(
        await rowsOf(
          ingest,
          `SELECT count(*)::int AS rows, count(DISTINCT item)::int AS items FROM ingestion_log WHERE run = '${id}'`,
        ),
      ).toEqual([{ rows: 2390, items: 2390 }]);
      expect(await quarantine()).toHaveLength(58);
      expect(await run('finish', id)).toMatchObject({ code: 3 });
      leaves.push({
        database: await describeDatabase(pgstac),
        quarantine: (await quarantine()).map(({ item }) => item),
      });
    }
    expect(leaves[1]).toEqual(leaves[0]);
  });

  test('a run that reads its source is not gone on with as a retry, and a retry not as another one', async () => {
    const { run } = await make({ late: [late('a')] });
    const source = await run('retry', '--run', RUN);
    expect(source).toMatchObject({ code: 2, stderr: expect.stringContaining(`platform ingest --run ${RUN}`) });
    expect(await run('late')).toMatchObject({ code: 3 });
    const id = '0190a000-0000-7000-8000-000000000008';
    expect(await run('retry', 'late', '--run', id, '--item', 'a')).toMatchObject({ code: 3 });
    const other = await run('retry', '--run', id, '--item', 'b');
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('another --item: a') });
    expect(await run('retry', '--run', id)).toMatchObject({ code: 3 });
  });
});
