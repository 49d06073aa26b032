import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { sharedRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import {
  type Databases,
  makeEmbeddedDatabase,
  makeServerDatabase,
  openServerDatabase,
  type PgstacVersion,
  pgstacVersions,
  pypgstac,
} from './support/databases.ts';
import { ingest } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { change, describeDatabase, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';

const oracle = join(sharedRoot, 'tools/pgstac-oracle');
const data = join(sharedRoot, 'data');
/** 50,000 are too many for each run of the suite: 600 MB, of each release. */
const GENERATED = process.env['ORACLE_ITEMS'] ?? '2000';
const LIMIT = 240_000 + Number(GENERATED) * 60;

describeWith(['postgres15', 'python', 'sharedData', 'sharedTools'], 'what pypgstac leaves', () => {
  const groups = groupSets(readdirSync(data).sort());
  const generated = makeTemporaryFolder('generated');
  let server: Postgres;
  let count = 0;
  beforeAll(async () => {
    server = await startPostgres();
    for (const version of pgstacVersions) await pypgstac(version);
    for (const options of [['items.ndjson'], ['changed.ndjson', '--mutate', '0.1']]) {
      const [file = '', ...rest] = options;
      const words = [join(oracle, 'generate_items.py'), GENERATED, join(generated, file), ...rest];
      expect(spawnSync('python3', words).status).toBe(0);
    }
  }, LIMIT + 600_000);
  afterAll(() => server?.stop());

  async function make(version: PgstacVersion): Promise<{ name: string; databases: Databases }> {
    count += 1;
    const name = `oracle ${count}`;
    return { name, databases: await makeServerDatabase(server, name, version) };
  }

  /** `pypgstac load` of collections and items into a new database; gives its name. */
  async function loadWithPypgstac(version: PgstacVersion, shardBy: string, sets: readonly string[]): Promise<string> {
    const folders = sets.map((set) => resolve(data, set));
    const { name, databases } = await make(version);
    await databases.close();
    const joined = makeTemporaryFolder('joined');
    const readAll = (file: string) => folders.map((folder) => readFileSync(join(folder, file), 'utf8'));
    // One line each, with the digits they have: no text in JSON has a line break.
    const collections = readAll('collection.json').map((text) => text.replace(/\s*\n\s*/g, ' '));
    writeFileSync(join(joined, 'collections.ndjson'), collections.join('\n'));
    await runPypgstac(name, version, 'collections', join(joined, 'collections.ndjson'), 'insert');
    const trunc = shardBy === 'none' ? 'NULL' : `'${shardBy}'`;
    await server.psql(`SET search_path TO pgstac, public; UPDATE collections SET partition_trunc = ${trunc}`, name);
    for (const folder of folders) await runPypgstac(name, version, 'items', join(folder, 'items.ndjson'), 'insert');
    return name;
  }

  async function runPypgstac(name: string, version: PgstacVersion, table: string, file: string, method: string) {
    const { bin } = await pypgstac(version);
    await runOrThrow(bin('pypgstac'), ['load', table, file, '--dsn', server.dsn(name), '--method', method], {
      timeout: LIMIT,
    });
  }

  /** The oracle's verdict; its words where the two differ. */
  async function compare(theirs: string, ours: string, version: PgstacVersion): Promise<string> {
    const { python } = await pypgstac(version);
    const words = [join(oracle, 'compare.py'), server.dsn(theirs), server.dsn(ours)];
    const { code, stdout, stderr } = await runProcess(python, words, { timeout: LIMIT });
    return code === 0 ? 'equal' : stdout + stderr;
  }

  describe.each(pgstacVersions)('pgSTAC %s', (version) => {
    test.each(groups.flatMap((sets) => (['month', 'none'] as const).map((shardBy) => ({ sets, shardBy }))))(
      'is what we leave of $sets, by $shardBy; loaded again, nothing changes',
      async ({ sets, shardBy }) => {
        const files = listFiles(sets);
        const theirs = await loadWithPypgstac(version, shardBy, sets);
        const { name, databases } = await make(version);
        const ports = makePorts(databases, data);
        const first = await ingest({ kind: 'files', files }, ports, { shardBy });
        expect(first.counts).toMatchObject({ inserted: first.counts.read, quarantined: 0 });
        const versionsOf = () =>
          rowsOf(databases.pgstac, 'SELECT collection, id, xmin::text FROM pgstac.items ORDER BY 1, 2');
        const written = await versionsOf();
        const again = await ingest({ kind: 'files', files }, ports, { shardBy });
        expect(again.counts).toMatchObject({ read: first.counts.read, unchanged: first.counts.read });
        expect(await versionsOf()).toEqual(written);
        const log = await rowsOf(
          databases.ingest,
          `SELECT outcome, count(*)::int FROM public.ingestion_log GROUP BY 1 ORDER BY 1`,
        );
        const times = first.counts.read;
        expect(log).toEqual([
          { outcome: 'inserted', count: times },
          { outcome: 'unchanged', count: times },
        ]);
        await databases.close();
        expect(await compare(theirs, name, version)).toBe('equal');
      },
      120_000,
    );

    test(
      'is what we leave of generated items, upserted with a tenth of them changed',
      async () => {
        const theirs = await loadWithPypgstac(version, 'month', [generated]);
        const { name, databases } = await make(version);
        const load = (file: string) =>
          ingest({ kind: 'files', files: ['collection.json', file] }, makePorts(databases, generated));
        const first = await load('items.ndjson');
        expect(first.counts).toMatchObject({ read: Number(GENERATED), inserted: Number(GENERATED) });
        const { counts } = await load('changed.ndjson');
        expect(counts.updated).toBeGreaterThan(Number(GENERATED) * 0.08);
        expect(counts).toMatchObject({ read: first.counts.read, unchanged: first.counts.read - counts.updated });
        await databases.close();
        await runPypgstac(theirs, version, 'items', join(generated, 'changed.ndjson'), 'upsert');
        expect(await compare(theirs, name, version)).toBe('equal');
      },
      LIMIT,
    );
  });

  test.each(['0.9.11', '0.10.0'] as const)(
    'is what we leave in the embedded database, pgSTAC %s',
    async (version) => {
      const ours = await makeEmbeddedDatabase(version);
      for (const sets of groups) {
        const theirs = await openServerDatabase(server, await loadWithPypgstac(version, 'year', sets));
        const source = { kind: 'files', files: listFiles(sets) } as const;
        const { counts } = await ingest(source, makePorts(ours, data), { shardBy: 'year' });
        expect(counts).toMatchObject({ inserted: counts.read });
        expect(await describeDatabase(ours.pgstac)).toEqual(await describeDatabase(theirs.pgstac));
        await theirs.close();
        await change(ours.pgstac, 'DELETE FROM collections; DELETE FROM platform.ledger');
      }
      await ours.close();
    },
    240_000,
  );

  test('names the base item of pgSTAC 0.10 that we name', async () => {
    const folder = makeTemporaryFolder('tagged');
    const makeBase = (gsd: number) => makeCollection({ item_assets: { image: { type: 'image/tiff', gsd } } });
    const items = [10, 20].map((gsd) =>
      makeItem(`of-${gsd}`, { assets: { image: { href: 'https://example.org/1.tif', type: 'image/tiff', gsd } } }),
    );
    writeFileSync(join(folder, 'items.ndjson'), lines(...items));
    const write = (gsd: number) => writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeBase(gsd)));
    write(10);
    const theirs = await make('0.10.0');
    const ours = await make('0.10.0');
    const tags = ({ pgstac }: Databases) =>
      rowsOf(
        pgstac,
        `SELECT i.id, i.content - 'pgstac:base_item' AS content, b.base_item->'assets' AS base
         FROM pgstac.items i LEFT JOIN pgstac.base_items b ON b.id = (i.content->>'pgstac:base_item')::int ORDER BY 1`,
      );
    const source = { kind: 'files', files: ['collection.json'] } as const;
    const both = { kind: 'files', files: ['collection.json', 'items.ndjson'] } as const;
    for (const gsd of [10, 20]) {
      write(gsd);
      await runPypgstac(theirs.name, '0.10.0', 'collections', join(folder, 'collection.json'), 'upsert');
      await ingest(source, makePorts(ours.databases, folder), { shardBy: 'none' });
    }
    await runPypgstac(theirs.name, '0.10.0', 'items', join(folder, 'items.ndjson'), 'insert');
    await ingest(both, makePorts(ours.databases, folder), { shardBy: 'none' });
    const tagged = await tags(ours.databases);
    expect(tagged).toMatchObject([{ base: { image: { gsd: 20 } } }, { base: { image: { gsd: 20 } } }]);
    expect(tagged).toEqual(await tags(theirs.databases));
    await theirs.databases.close();
    await ours.databases.close();
  }, 120_000);
});

/** The sets, in as few groups as there can be: of a collection a database holds one set only. */
function groupSets(sets: readonly string[]): readonly (readonly string[])[] {
  const groups: { readonly ids: Set<string>; readonly sets: string[] }[] = [];
  for (const set of sets) {
    const { id } = JSON.parse(readFileSync(join(data, set, 'collection.json'), 'utf8')) as { id: string };
    const group = groups.find(({ ids }) => !ids.has(id));
    if (group === undefined) groups.push({ ids: new Set([id]), sets: [set] });
    else {
      group.ids.add(id);
      group.sets.push(set);
    }
  }
  return groups.map((group) => group.sets);
}

function listFiles(sets: readonly string[]): readonly string[] {
  return sets.flatMap((set) => [join(set, 'collection.json'), join(set, 'items.ndjson')]);
}
