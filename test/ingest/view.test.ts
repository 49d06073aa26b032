import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { unpackItems } from '../../src/page/items/unpack-items.ts';
import type { ViewDocument } from '../../src/view/document.ts';
import type { ViewIngested } from '../../src/view/ingested.ts';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { type Databases, pgstacVersions } from './support/databases.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { load, loadText, rowsOf } from './support/load.ts';
import { useServer } from './support/server.ts';

type Read = Extract<ViewIngested, { kind: 'read' }>;

const at = (id: string, datetime: string, changes: object = {}) =>
  makeItem(id, { properties: { datetime }, ...changes });
const polygon = (west: number, south: number, size: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + size, south],
      [west + size, south + size],
      [west, south],
    ],
  ],
});
const spec = (version: string) => `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: ${version} } }
pipelines:
  scenes: { source: { files: [items/*] } }
`;

describeWith(['postgres15', 'python'], 'what a page is told of the databases', () => {
  const suite = useServer(pgstacVersions);
  const dsn = (user?: string) => suite.server.dsn(suite.name, user);

  test.each(pgstacVersions)('items, runs and quarantine, by who may only read, of pgSTAC %s', async (version) => {
    const databases = await suite.make(version);
    const collection = makeCollection({ id: 'zones' });
    await load(databases, [
      at('b', '2024-01-15T10:00:00.123Z', { geometry: polygon(7, 46, 1) }),
      at('a', '2024-02-15T10:00:00Z', {
        geometry: {
          type: 'LineString',
          coordinates: [
            [179, 1],
            [-179, 2],
          ],
        },
      }),
      at('bad', '2024-01-15T10:00:00Z', { geometry: null }),
    ]);
    const range = { datetime: null, start_datetime: '2024-03-01T00:00:00Z', end_datetime: '2024-03-02T00:00:00Z' };
    await loadText(databases, JSON.stringify(makeItem('c', { collection: 'zones', properties: range })), {
      collection,
    });
    const read = await view(databases, version);
    expect(read).toMatchObject({ kind: 'read', place: expect.stringMatching(/ as a reader\)$/), lacking: null });
    const { items, runs, quarantine } = read;
    expect(items).toMatchObject({
      total: 3,
      collections: [
        { id: 'scenes', total: 2, shown: 2 },
        { id: 'zones', total: 1, shown: 1 },
      ],
      bins: {
        unit: 'hour',
        rows: [
          [Date.UTC(2024, 0, 15, 10), 0, 1],
          [Date.UTC(2024, 1, 15, 10), 0, 1],
          [Date.UTC(2024, 2, 1), 1, 1],
        ],
      },
    });
    const found = unpackItems(items as NonNullable<typeof items>);
    expect([found.ids, [...found.collection]]).toEqual([
      ['a', 'b', 'c'],
      [0, 0, 1],
    ]);
    expect([...found.start]).toEqual([
      Date.UTC(2024, 1, 15, 10),
      Date.UTC(2024, 0, 15, 10, 0, 0, 123),
      Date.UTC(2024, 2, 1),
    ]);
    expect(found.end[2]).toBe(Date.UTC(2024, 2, 2));
    expect([...found.boxes.subarray(0, 8)]).toEqual([179, 1, 181, 2, 7, 46, 8, 47]);
    expect([...found.isClosed]).toEqual([0, 1, 0]);
    expect(runs.map(({ counts, state, next }) => [counts.inserted, counts.quarantined, state, next])).toEqual([
      [1, 0, 'done', null],
      [2, 1, 'done', null],
    ]);
    expect(quarantine).toMatchObject([
      { reason: 'noGeometry', items: 1, examples: [{ item: 'bad', collection: 'scenes', source: 'items.ndjson' }] },
    ]);
    expect(quarantine?.[0]?.retry).toBe('platform ingest retry test --reason noGeometry');
  });

  test('of more items than are drawn an even sample, the same each time, and exact counts of all', async () => {
    const databases = await suite.make();
    const many = Array.from({ length: 3_000 }, (_, n) =>
      at(`item-${n}`, new Date(Date.UTC(2024, 0, 1 + (n % 300))).toISOString()),
    );
    await load(databases, many);
    const read = await view(databases, '0.9.11', '--items', '500');
    const shown = read.items?.packed.ids.length ?? 0;
    expect(shown).toBeGreaterThan(400);
    expect(shown).toBeLessThan(600);
    expect(read.items).toMatchObject({ total: 3_000, collections: [{ id: 'scenes', total: 3_000, shown }] });
    const bins = await rowsOf<{ start: string; items: number }>(
      databases.pgstac,
      `SELECT datetime::date AS start, count(*)::int AS items FROM pgstac.items GROUP BY 1 ORDER BY 1`,
    );
    expect(read.items?.bins).toEqual({
      unit: 'day',
      rows: bins.map(({ start, items }) => [Date.parse(start), 0, items]),
    });
    expect((await view(databases, '0.9.11', '--items', '500')).items).toEqual(read.items);
  });

  test('no signature, no password, and no more of a text than is shown', async () => {
    const databases = await suite.make();
    await load(databases, [makeItem('x'.repeat(200), { geometry: null })]);
    const source = 'https://ana:hunter2@example.org/items.json?X-Goog-Signature=hunter2&a=b';
    await databases.pgstac.session((session) =>
      session.query(
        `UPDATE platform.quarantine SET source = $1, item = repeat('y', 10000), message = 'line 1: ' || $1 || ' is not there'`,
        [source],
      ),
    );
    const [quarantine] = (await view(databases, '0.9.11')).quarantine ?? [];
    expect(quarantine?.examples).toEqual([
      expect.objectContaining({
        item: 'y'.repeat(500),
        source: 'https://…@example.org/items.json?…',
        message: 'line 1: https://…@example.org/items.json?… is not there',
      }),
    ]);
  });

  test('where one database is away, what the other knows; where none is to be had, why', async () => {
    const databases = await suite.make();
    await load(databases, [makeItem('a')]);
    const away = 'postgresql://nobody:hunter2@127.0.0.1:1/none';
    const logged = await viewWith('0.9.11', { PGSTAC_DSN: away, INGEST_DB_DSN: dsn() });
    expect(logged).toMatchObject({ kind: 'read', items: null, quarantine: null, runs: [{ counts: { inserted: 1 } }] });
    expect(logged).toMatchObject({ lacking: expect.stringContaining('127.0.0.1:1') });
    const alone = await viewWith('0.9.11', { PGSTAC_DSN: dsn(), INGEST_DB_DSN: away });
    expect(alone).toMatchObject({ kind: 'read', items: { total: 1 }, lacking: expect.stringContaining('127.0.0.1:1') });
    const none = await viewWith('0.9.11', { PGSTAC_DSN: away, INGEST_DB_DSN: away });
    expect(none).toMatchObject({ kind: 'unread', reason: expect.stringContaining('127.0.0.1:1') });
    expect(JSON.stringify([logged, alone, none])).not.toContain('hunter2');
    await suite.server.createDatabase('empty');
    const empty = suite.server.dsn('empty');
    expect(await viewWith('0.9.11', { PGSTAC_DSN: empty, INGEST_DB_DSN: empty })).toMatchObject({
      kind: 'unread',
      reason: expect.stringContaining('the pgstac database is not ready'),
      hint: 'run `platform db init`',
    });
    expect(await viewWith('0.9.11', {})).toMatchObject({
      kind: 'unread',
      reason: expect.stringContaining('there is no embedded database'),
    });
  });

  async function view(databases: Databases, version: string, ...args: string[]): Promise<Read> {
    await databases.pgstac.session((session) =>
      session.run(`
        DO $$ BEGIN CREATE ROLE "a reader" LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT pgstac_read, ingest_read TO "a reader"`),
    );
    return (await viewWith(version, { PGSTAC_DSN: dsn('a reader'), INGEST_DB_DSN: dsn('a reader') }, ...args)) as Read;
  }
});

async function viewWith(
  version: string,
  env: Record<string, string>,
  ...args: string[]
): Promise<ViewIngested | undefined> {
  const cwd = makeTemporaryFolder('view');
  mkdirSync(join(cwd, 'spec'));
  writeFileSync(join(cwd, 'spec/platform.yaml'), spec(version));
  const { code, stderr } = await runCli(['view', '--out', 'page.html', ...args], { cwd, env });
  if (code !== 0) throw new Error(stderr);
  const found = /<script type="application\/json" id="document">(.*?)<\/script>/s.exec(
    readFileSync(join(cwd, 'page.html'), 'utf8'),
  );
  return (JSON.parse(found?.[1] ?? '') as ViewDocument).environments[0]?.ingested;
}
