import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeServerDatabase, pypgstac } from './support/databases.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';

const head = `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines:
`;
const months = Array.from({ length: 6 }, (_, month) =>
  makeItem(`item-${month}`, { properties: { datetime: `2024-0${month + 1}-15T10:00:00Z` } }),
);
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}';
const counts = { read: 6, loaded: 6, inserted: 6, updated: 0, unchanged: 0, ignored: 0, duplicates: 0, quarantined: 0 };

describeWith(['postgres15', 'python'], 'platform ingest', () => {
  let server: Postgres;
  let count = 0;
  beforeAll(async () => {
    await pypgstac('0.9.11');
    server = await startPostgres();
  }, 600_000);
  afterAll(() => server?.stop());

  /** A project with these pipelines and items, and a database of its own that is ready. */
  async function project(
    pipelines = '  scenes: { source: { files: [items/*] } }\n',
    items: readonly unknown[] = months,
  ) {
    count += 1;
    const database = `command ${count}`;
    await (await makeServerDatabase(server, database, '0.9.11')).close();
    const folder = makeTemporaryFolder('project');
    mkdirSync(join(folder, 'spec/items'), { recursive: true });
    writeFileSync(join(folder, 'spec/platform.yaml'), head + pipelines);
    writeFileSync(join(folder, 'spec/items/collection.json'), JSON.stringify(makeCollection()));
    writeFileSync(join(folder, 'spec/items/items.ndjson'), lines(...items));
    const env = { PGSTAC_DSN: server.dsn(database), INGEST_DB_DSN: server.dsn(database) };
    const run = (...args: string[]) => runCli(['ingest', ...args], { cwd: folder, env });
    const json = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(...args, '--format', 'json');
      if (stdout === '') throw new Error(`exit ${code}: ${stderr}`);
      return { code, value: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown> };
    };
    return { folder, env, run, json };
  }

  test('loads, says what it did, and does nothing the second time', async () => {
    const { run, json } = await project();
    const first = await run();
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout.replace(new RegExp(uuid), 'RUN').replace(/in \d+\.\d s/, 'in N s')).toBe(
      [
        'pipeline  read  inserted  updated  unchanged  duplicates  quarantined  run',
        'scenes    6     6         0        0          0           0            RUN',
        'in N s',
        '',
        'database  table                rows',
        'pgstac    pgstac.items         6',
        'pgstac    pgstac.collections   1',
        'pgstac    platform.quarantine  0',
        'ingest    ingestion_log        6',
        '',
      ].join('\n'),
    );
    expect(first.stderr).toMatch(new RegExp(`run ${uuid} of scenes\n`));
    expect(first.stderr).not.toContain('\u001b');
    const rows = { 'pgstac.items': 6, 'pgstac.collections': 1, 'platform.quarantine': 0, ingestion_log: 12 };
    expect(await json()).toMatchObject({
      code: 0,
      value: { ...counts, loaded: 0, inserted: 0, unchanged: 6, pipeline: 'scenes', rows },
    });
    expect(await json('--no-skip', '--limit', '2')).toMatchObject({ value: { read: 2, updated: 2 } });
    expect(await json('--since', '2024-05-01')).toMatchObject({ value: { read: 2, unchanged: 2 } });
    expect(await json('--datetime', '2024-02-01/2024-04-30')).toMatchObject({ value: { read: 3, unchanged: 3 } });
    expect(await json('--datetime', '../2024-04-30', '--since', '2024-04-01')).toMatchObject({ value: { read: 1 } });
  });

  test('exits 3 where anything is in quarantine, and says what, where and why', async () => {
    const bad = Array.from({ length: 5 }, (_, place) => makeItem(`bad-${place}`, { geometry: null }));
    const { run, json } = await project(undefined, [...months, '{"type":', ...bad]);
    const { code, stderr } = await run();
    expect(code).toBe(3);
    const [id = ''] = new RegExp(uuid).exec(stderr) ?? [];
    const file = 'items/items.ndjson';
    const said = stderr.slice(stderr.indexOf('6 quarantined'));
    expect(said.replaceAll(id, 'RUN').split('\n')).toEqual([
      '6 quarantined: 5 noGeometry, 1 notJson',
      expect.stringMatching(`^  ${file}:7   -      notJson: .`),
      ...[0, 1, 2, 3].map((place) =>
        expect.stringMatching(new RegExp(`^  ${file}:${place + 8} +bad-${place}  noGeometry: .`)),
      ),
      'more: platform ingest finish RUN --format json',
      "all, in SQL: SELECT * FROM platform.quarantine WHERE run = 'RUN'",
      'again, after a fix: platform ingest retry scenes',
      // Without a terminal what goes to a log ends with a line of it.
      expect.stringMatching(/^{"time":.*"event":"end".*"exitCode":3,"runs":\["RUN"\]}$/),
      '',
    ]);
    const finished = await json('finish', id);
    expect(finished).toMatchObject({ code: 3, value: { quarantined: 6, reasons: { noGeometry: 5, notJson: 1 } } });
    expect(finished.value['quarantine']).toHaveLength(6);
    expect(finished.value['quarantine']).toMatchObject({
      5: { place: `${file}:12`, item: 'bad-4', collection: 'scenes', reason: 'noGeometry' },
    });
    // Only what this run has there.
    expect(await json('--limit', '6')).toMatchObject({ code: 0, value: { quarantined: 0, reasons: {} } });
  });

  test('exits 3 where a link of a catalog leads nowhere, and says which', async () => {
    const { folder, run } = await project('  scenes: { source: { catalog: catalog.json } }\n');
    const links = ['items/collection.json', 'none.json'].map((href) => ({ rel: 'child', href }));
    writeFileSync(join(folder, 'spec/catalog.json'), JSON.stringify({ type: 'Catalog', id: 'c', links }));
    const { code, stderr } = await run();
    expect(code).toBe(3);
    expect(stderr).toMatch(/\n1 quarantined: 1 brokenLink\n.*none\.json.*leads nowhere: cannot read none\.json/);
  });

  test('exits 3 where an asset is not fetched, though its item is loaded, and says which', async () => {
    const { run, json } = await project(
      '  scenes: { source: { files: [items/*] }, download: { assets: [image], to: out } }\n',
      [makeItem('a', { assets: { image: { href: './none.tif' } } })],
    );
    const { code, stderr } = await run();
    expect(code).toBe(3);
    expect(stderr).toMatch(/\n1 assets not fetched;.*\n {2}scenes\/a +image +cannot read .*none\.tif: it is not there/);
    expect(await json()).toMatchObject({
      code: 3,
      value: { unchanged: 1, missingAssets: { count: 1, assets: [{ item: 'a' }] } },
    });
  });

  test('an option that is not what the run was planned with is refused, one that is left out is not', async () => {
    const { json, run } = await project();
    const planned = ['--shards', '1', '--limit', '3', '--since', '2024-02-01', '--datetime', '../2024-06-30'];
    const plan = await json('plan', 'scenes', ...planned);
    const id = String(plan.value['run']);
    const refused = async (...args: string[]) => {
      const { code, stderr } = await run('--run', id, ...args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('--limit', '4')).toContain(`run ${id} was planned with another --limit: 3\n`);
    expect(await refused('--since', '2030-01-01')).toContain('was planned with another --since: 2024-02-01');
    expect(await refused('--datetime', '2024-01-01/..')).toContain(
      'was planned with another --datetime: ../2024-06-30T23:59:59.999999Z',
    );
    expect(await json('plan', '--run', id, '--shards', '1')).toMatchObject({ code: 0 });
    expect((await run('plan', '--run', id, '--shards', '2')).code).toBe(2);
    const same = ['--limit', '3', '--since', '2024-02-01T01:00:00+01:00', '--datetime', '../2024-06-30'];
    expect(await json('--run', id, ...same)).toMatchObject({ code: 0, value: { read: 2 } });
    expect(await json('--run', id)).toMatchObject({ code: 0, value: { read: 2 } });
  });

  test('plan, shards and finish are one run', async () => {
    const { json, run } = await project();
    const plan = (await json('plan', 'scenes', '--shards', '3')).value as { run: string; shards: { shard: string }[] };
    expect(plan).toEqual({
      run: expect.stringMatching(new RegExp(`^${uuid}$`)),
      pipeline: 'scenes',
      shards: [1, 2, 3].map((k) => ({ shard: `${k}/3` })),
    });
    expect(await json('finish', plan.run)).toMatchObject({
      code: 3,
      value: { read: 0, runs: [{ openShards: [1, 2, 3] }] },
    });
    for (const { shard } of plan.shards)
      expect(await json('--run', plan.run, '--shard', shard)).toMatchObject({
        code: 0,
        value: { read: 2, loaded: 2, run: plan.run, shard },
      });
    expect(await json('--run', plan.run, '--shard', '2/3')).toMatchObject({ code: 0, value: { read: 2, loaded: 2 } });
    const rows = { 'pgstac.items': 6, ingestion_log: 6 };
    expect(await json('finish', plan.run)).toMatchObject({
      code: 0,
      value: { ...counts, run: plan.run, runs: [{ openShards: [] }], rows },
    });
    expect(await json('--run', plan.run)).toMatchObject({ code: 0, value: counts });
    expect(await run('--run', plan.run, '--shard', '1/2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has 3 shards, not 2'),
    });
    expect((await json('plan')).value['shards']).toHaveLength(4);
  });

  test('--reconcile exits 4 where too much is gone, and deletes it once the spec allows as much', async () => {
    const { folder, run, json } = await project();
    expect((await run()).code).toBe(0);
    writeFileSync(join(folder, 'spec/items/items.ndjson'), lines(...months.slice(0, 4)));
    const refused = await run('--reconcile');
    expect(refused).toMatchObject({ code: 4, stdout: expect.stringMatching(/\nscenes +4 +0 +0 +4 /) });
    expect(refused.stderr).toMatch(
      /nothing is deleted: 2 of 6 items .* pipelines\.scenes\.reconcile\.mostDeleted is 0\.05/,
    );
    const [id = ''] = new RegExp(uuid).exec(refused.stderr) ?? [];
    const allowing = '  scenes: { source: { files: [items/*] }, reconcile: { mostDeleted: 0.334 } }\n';
    writeFileSync(join(folder, 'spec/platform.yaml'), head + allowing);
    const finished = await run('finish', id);
    expect(finished).toMatchObject({ code: 0 });
    expect(finished.stdout).toContain('\n2 gone from the source of scenes, deleted\n');
    expect(await json('finish', id)).toMatchObject({
      code: 0,
      value: { runs: [{ run: id, deleted: 2 }], rows: { 'pgstac.items': 4, ingestion_log: 12 } },
    });
  });

  test('an indexed Job brings the run of its own, and every index may be the first', async () => {
    const { json } = await project();
    const run = '01890a5d-ac96-774b-bcce-b302099a8057';
    const shards = await Promise.all(['1/2', '2/2'].map((shard) => json('scenes', '--run', run, '--shard', shard)));
    expect(shards.map(({ value }) => value['read'])).toEqual([3, 3]);
    expect(await json('finish', run)).toMatchObject({ code: 0, value: counts });
  });

  test('all pipelines, one after the other', async () => {
    const { json } = await project(
      '  a: { source: { files: [items/collection.json] } }\n  b: { source: { files: [items/items.ndjson] } }\n',
    );
    expect(await json()).toMatchObject({
      code: 0,
      value: {
        ...counts,
        run: null,
        runs: [
          { pipeline: 'a', read: 0 },
          { pipeline: 'b', read: 6 },
        ],
      },
    });
  });

  describe('what cannot be done', () => {
    const two = '  scenes: { source: { files: [items/*] } }\n  other: { source: { files: [items/*] } }\n';
    test.each([
      [['sceens'], 2, 'the spec has no pipeline "sceens"\n  → did you mean scenes?'],
      [
        ['--shard', '1/2', '--run', '01890a5d-ac96-774b-bcce-b302099a8057'],
        2,
        '--run and --shard are of one pipeline: name it',
      ],
      [['plan'], 2, 'a run is of one pipeline: name it'],
      [['other', '--shard', '3/2'], 2, '--shard 3/2: write K/N'],
      [['other', '--shard', '1'], 2, '--shard 1: write K/N'],
      [['other', '--run', 'x'], 2, '"x" is no run'],
      [['other', '--since', 'monday'], 2, '--since monday: write a date'],
      [['other', '--datetime', 'monday/..'], 2, '--datetime monday/..: write START/END'],
      [
        ['other', '--datetime', '2024-02-01/2024-01-31'],
        2,
        '--datetime 2024-02-01/2024-01-31: it ends before it starts',
      ],
      [['other', '--reconcile', '--limit', '1'], 2, '--reconcile and --limit: what is not read is not gone'],
      [['other', '--limit', '0'], 2, 'a whole number of at least 1'],
      [['finish', '01890a5d-ac96-774b-bcce-b302099a8057'], 2, 'there is no run 01890a5d'],
    ])('%j', async (args, code, message) => {
      const { run } = await shared;
      expect(await run(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    });
    let shared: ReturnType<typeof project>;
    beforeAll(async () => {
      shared = project(two);
      await shared;
    });
  });

  test.each([
    ['files: [none.ndjson]', 'cannot read none.ndjson: it is not there'],
    ['files: ["*.ndjson"]', 'no file matches *.ndjson'],
    ['catalog: none/catalog.json', 'cannot read none/catalog.json: it is not there'],
  ])('a source that is not there exits 4: %s', async (source, message) => {
    const { run } = await project(`  scenes: { source: { ${source} } }\n`);
    expect(await run()).toMatchObject({ code: 4, stderr: expect.stringContaining(message) });
  });

  test('an interrupt ends it soon with 130, and what is committed is kept', async () => {
    const landing = { type: 'Catalog', id: 'api', links: [] };
    let isSearched: () => void = () => undefined;
    const searched = new Promise<void>((resolve) => {
      isSearched = resolve;
    });
    const hanging = createServer(({ url }, response) => {
      if (url === '/') response.end(JSON.stringify(landing));
      else if (url?.startsWith('/collections')) response.end(JSON.stringify(makeCollection()));
      else isSearched();
    }).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const { port } = hanging.address() as AddressInfo;
    const { folder, env } = await project(
      `  scenes: { source: { stacApi: { url: "http://127.0.0.1:${port}", collections: [scenes] } } }\n`,
    );
    const program = join(projectRoot, 'dist/cli/main.js');
    const child = spawn(process.execPath, [program, 'ingest'], {
      cwd: folder,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await Promise.race([searched, once(child, 'exit')]);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(130);
    expect(await server.psql('SELECT count(*) FROM pgstac.collections', `command ${count}`)).toBe('1');
    hanging.closeAllConnections();
    hanging.close();
  });
});
