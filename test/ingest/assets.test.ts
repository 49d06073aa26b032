import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type MissingAssets, reportMissingAssets } from '../../src/ingest/assets/asset-queue.ts';
import { runIngestion } from '../../src/ingest/ingestion.ts';
import type { Ports } from '../../src/ingest/ports.ts';
import type { Progress } from '../../src/ingest/progress.ts';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { startFakeGcs } from '../support/fake-gcs.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { type AssetServer, startAssetServer } from './support/asset-server.ts';
import type { Databases } from './support/databases.ts';
import { makePlan } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const big = Buffer.alloc(300_000, 'x');
const sha256 = (bytes: Buffer) => `1220${createHash('sha256').update(bytes).digest('hex')}`;
const blake = (bytes: Buffer) => `c0e40240${createHash('blake2b512').update(bytes).digest('hex')}`;

describeWith(['postgres15', 'python', 'go'], 'assets of items', () => {
  const suite = useServer(['0.9.11']);
  let server: AssetServer;
  let databases: Databases;
  let folder: string;
  beforeEach(async () => {
    server = await startAssetServer();
    databases = await suite.make();
    folder = makeTemporaryFolder('assets');
    writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
  });
  afterEach(() => server.stop());

  interface AssetOptions {
    readonly to?: string;
    readonly shards?: number;
    /** Half of the items may go. */
    readonly reconcile?: boolean;
  }

  interface Fetched {
    readonly outcomes: Readonly<Record<string, number>>;
    readonly missing: MissingAssets;
    readonly counts: Readonly<Record<string, number>>;
    readonly warnings: readonly string[];
  }

  /** One run of a pipeline that fetches `image` and `thumbnail` of these items. */
  async function fetchAssets(
    items: readonly object[] | null,
    { to = 'out', shards = 1, reconcile = false, ...changes }: Partial<Ports> & AssetOptions = {},
  ): Promise<Fetched> {
    if (items !== null) writeFileSync(join(folder, 'items.ndjson'), lines(...items));
    const told: Progress[] = [];
    const ports = makePorts(databases, folder, { report: (progress) => told.push(progress), ...changes });
    const plan = await makePlan({ kind: 'files', files: ['collection.json', 'items.ndjson'] }, ports, {
      shards,
      reconcile,
      mostDeleted: 0.5,
    });
    const download = { assets: ['image', 'thumbnail'], to, atOnce: 3 };
    await runIngestion({ ...plan, pipeline: { ...plan.pipeline, download } }, ports);
    const { counts } = await finishRun(plan.run.run, ports, {
      pipelines: [plan.pipeline],
      databases: { ingest: { retentionDays: null } },
    });
    const outcomes = { fetched: 0, present: 0, failed: 0 };
    for (const progress of told) if (progress.kind === 'asset') outcomes[progress.outcome] += 1;
    return {
      outcomes,
      missing: await reportMissingAssets(databases.pgstac, plan.run.run, null, 10),
      counts: { ...counts },
      warnings: told.flatMap((progress) => (progress.kind === 'warning' ? progress.message : [])),
    };
  }

  const item = (id: string, assets: object, changes = {}) => makeItem(id, { assets, ...changes });
  const queued = () => rowsOf<{ item: string }>(databases.pgstac, 'SELECT item FROM platform.asset ORDER BY item');

  test('are fetched once, checked by their sums, and left where they are when the items come again', async () => {
    server.files.set('/a/B04.tif', big).set('/a/B05.tif', Buffer.from('small')).set('/plain', Buffer.from('plain'));
    const items = [
      item('a', {
        image: { href: `${server.url}/a/B04.tif`, 'file:checksum': sha256(big) },
        thumbnail: { href: `${server.url}/a/B05.tif?token=secret`, 'file:checksum': blake(Buffer.from('small')) },
        other: { href: `${server.url}/other` },
      }),
      item('b', { image: { href: `${server.url}/plain`, 'file:checksum': 'no multihash' } }),
    ];
    server.files.set('/a/B05.tif?token=secret', Buffer.from('small'));
    expect(await fetchAssets(items, { shards: 2 })).toMatchObject({
      outcomes: { fetched: 3, present: 0, failed: 0 },
      missing: { count: 0 },
      warnings: [
        expect.stringMatching(/^file:checksum is .* the length alone was checked: scenes\/b image \(no multihash…\)$/),
      ],
    });
    expect(readFileSync(join(folder, 'out/scenes/a/B04.tif')).equals(big)).toBe(true);
    expect(readdirSync(join(folder, 'out/scenes/a')).sort()).toEqual(['B04.tif', 'B05.tif']);
    expect(readFileSync(join(folder, 'out/scenes/b/plain'), 'utf8')).toBe('plain');
    expect(await queued()).toEqual([]);
    const before = server.requests.length;
    expect(await fetchAssets(items)).toMatchObject({
      outcomes: { fetched: 0, present: 3, failed: 0 },
      counts: { unchanged: 2 },
    });
    expect(server.requests).toHaveLength(before);
  });

  test('what fails is told with its reason, and tried again without loading its item again', async () => {
    server.files.set('/good', Buffer.from('good')).set('/bad', Buffer.from('bad'));
    server.statuses.set('/gone', 403);
    const items = [
      item('a', { image: { href: `${server.url}/gone?signature=secret` } }),
      item('b', { image: { href: `${server.url}/bad`, 'file:checksum': sha256(Buffer.from('good')) } }),
      item('c', { image: { href: 's3://bucket/c.tif' } }),
      item('d', { image: { href: 's3://b/d', alternate: { https: { href: `${server.url}/good` } } } }),
      item('e', { image: { href: '/etc/passwd' }, thumbnail: { href: '../../../../../../etc/passwd' } }),
    ];
    server.statuses.set('/gone?signature=secret', 403);
    const { outcomes, missing } = await fetchAssets(items);
    expect(outcomes).toEqual({ fetched: 1, present: 0, failed: 5 });
    expect(missing.assets.map(({ item: id, asset, reason }) => `${id} ${asset}: ${reason}`)).toEqual([
      expect.stringMatching(/^a image: http:\/\/127.0.0.1:\d+\/gone answers 403/),
      expect.stringMatching(/^b image: .*\/bad has another sha256 than file:checksum$/),
      expect.stringMatching(/^c image: s3:\/\/bucket\/c.tif is neither a web nor a gs: URL/),
      expect.stringMatching(/^e image: \/etc\/passwd is neither/),
      expect.stringMatching(/^e thumbnail: \S+etc\/passwd is neither/),
    ]);
    expect(existsSync(join(folder, 'out/scenes/b/bad'))).toBe(false);
    expect(await queued()).toHaveLength(5);
    // A run that meets only one of the items, and finds the server well.
    server.statuses.clear();
    server.files.set('/gone?signature=secret', Buffer.from('back')).set('/bad', Buffer.from('good'));
    const again = await fetchAssets([items[3] as object]);
    expect(again).toMatchObject({ outcomes: { fetched: 2, present: 1, failed: 3 }, counts: { read: 1, unchanged: 1 } });
    expect(readFileSync(join(folder, 'out/scenes/a/gone'), 'utf8')).toBe('back');
    expect(readFileSync(join(folder, 'out/scenes/b/bad'), 'utf8')).toBe('good');
  });

  test('of an item that is gone from the source none is waited for any more', async () => {
    const items = ['a', 'b'].map((id) => item(id, { image: { href: `${server.url}/none/${id}` } }));
    expect((await fetchAssets(items)).outcomes).toMatchObject({ failed: 2 });
    expect(await queued()).toEqual([{ item: 'a' }, { item: 'b' }]);
    const { missing } = await fetchAssets(items.slice(0, 1), { reconcile: true });
    expect(missing.assets.map((asset) => asset.item)).toEqual(['a']);
    expect(await queued()).toEqual([{ item: 'a' }]);
  });

  test('a download that is stopped goes on from there, but not with another file', async () => {
    server.files.set('/a', big).set('/b', big);
    server.cutAt = 100_000;
    const stop = new AbortController();
    const items = ['a', 'b'].map((id) =>
      item(id, { image: { href: `${server.url}/${id}`, 'file:checksum': sha256(big) } }),
    );
    const running = fetchAssets(items, { signal: stop.signal });
    const part = (id: string) => join(folder, `out/scenes/${id}/${id}.part`);
    while (!['a', 'b'].every((id) => existsSync(part(id)) && statSync(part(id)).size === 100_000)) await sleep(20);
    stop.abort();
    await expect(running).rejects.toThrow('interrupted');
    expect(await queued()).toHaveLength(2);
    server.cutAt = null;
    const other = Buffer.alloc(300_000, 'y');
    server.files.set('/b', other);
    server.requests.length = 0;
    const changed = item('b', { image: { href: `${server.url}/b`, 'file:checksum': sha256(other) } });
    const again = await fetchAssets([items[0] as object, changed]);
    expect(again.outcomes).toMatchObject({ fetched: 1, failed: 1 });
    expect(server.requests).toContain('/a from 100000');
    expect(readFileSync(join(folder, 'out/scenes/a/a')).equals(big)).toBe(true);
    expect(again.missing.assets[0]?.reason).toContain('changed while it was being read');
    expect((await fetchAssets(null)).outcomes).toMatchObject({ fetched: 1, present: 1 });
    expect(readFileSync(join(folder, 'out/scenes/b/b')).equals(other)).toBe(true);
    expect(readdirSync(join(folder, 'out/scenes/b'))).toEqual(['b']);
  });

  test('a changed item has its assets fetched anew; two of one file name are two files', async () => {
    server.files.set('/10m/B.tif', Buffer.from('ten')).set('/20m/b.tif', Buffer.from('twenty'));
    const assets = { image: { href: `${server.url}/10m/B.tif` }, thumbnail: { href: `${server.url}/20m/b.tif` } };
    await fetchAssets([item('a/../x', assets)]);
    const own = join(folder, 'out/scenes/a%2F..%2Fx');
    expect(readdirSync(own).sort()).toEqual(['image-B.tif', 'thumbnail-b.tif']);
    server.files.set('/10m/B.tif', Buffer.from('TEN'));
    const properties = { datetime: '2024-01-15T10:00:00Z', platform: 'other' };
    expect((await fetchAssets([item('a/../x', assets, { properties })])).outcomes).toMatchObject({ fetched: 2 });
    expect(readFileSync(join(own, 'image-B.tif'), 'utf8')).toBe('TEN');
  });

  test('so many at the same time as the spec says, and no more', async () => {
    server.delay = 100;
    const ids = Array.from({ length: 9 }, (_, place) => `i${place}`);
    for (const id of ids) server.files.set(`/${id}`, Buffer.from(id));
    const items = ids.map((id) => item(id, { image: { href: `${server.url}/${id}` } }));
    expect((await fetchAssets(items)).outcomes).toMatchObject({ fetched: 9 });
    expect(server.most).toBe(3);
  });

  test('a bucket gets them whole or not at all', async () => {
    const origin = await startFakeGcs('acme-assets');
    const objects = { origin, authorize: async () => ({}) };
    const huge = Buffer.alloc(9_000_000, 'z');
    server.files.set('/huge', huge).set('/bad', Buffer.from('bad'));
    const items = [
      item('a', { image: { href: `${server.url}/huge`, 'file:checksum': sha256(huge), type: 'image/tiff' } }),
      item('b', { image: { href: `${server.url}/bad`, 'file:checksum': sha256(huge) } }),
    ];
    const to = 'gs://acme-assets/some/where';
    expect((await fetchAssets(items, { to, objects })).outcomes).toMatchObject({ fetched: 1, failed: 1 });
    expect((await fetchAssets(items, { to, objects })).outcomes).toMatchObject({ present: 1, failed: 1 });
    const listed = (await (await fetch(`${origin}/storage/v1/b/acme-assets/o`)).json()) as { items: object[] };
    expect(listed.items).toEqual([
      expect.objectContaining({
        name: 'some/where/scenes/a/huge',
        size: String(huge.length),
        contentType: 'image/tiff',
      }),
    ]);
    // From one bucket to a folder.
    const copy = item('c', { image: { href: 'gs://acme-assets/some/where/scenes/a/huge' } });
    expect((await fetchAssets([copy], { objects })).outcomes).toMatchObject({ fetched: 1 });
    expect(statSync(join(folder, 'out/scenes/c/huge')).size).toBe(huge.length);
  });
});
