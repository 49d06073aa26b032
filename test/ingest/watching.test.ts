import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { prometheusClient, pyte, pythonTool } from '../support/python.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeServerDatabase, pypgstac } from './support/databases.ts';
import { PAGE_ITEMS, type SlowApi, startSlowApi } from './support/slow-api.ts';

const PAGES = 8;
const ITEMS = PAGES * PAGE_ITEMS;
const program = join(projectRoot, 'dist/cli/main.js');

describeWith(['postgres15', 'python', 'script'], 'a run that is watched', () => {
  let server: Postgres;
  let api: SlowApi;
  let count = 0;
  beforeAll(async () => {
    await pypgstac('0.9.11');
    await Promise.all([pythonTool(pyte), pythonTool(prometheusClient)]);
    server = await startPostgres();
  }, 600_000);
  afterAll(async () => {
    api?.stop();
    await server?.stop();
  });

  /** A project whose pipeline reads a new slow API, and a database that is ready. */
  async function makeProject(source = '') {
    api?.stop();
    api = await startSlowApi({ pages: PAGES, pause: 150 });
    count += 1;
    const database = `watching ${count}`;
    await (await makeServerDatabase(server, database, '0.9.11')).close();
    const folder = makeTemporaryFolder('project');
    writeFileSync(
      join(folder, 'platform.yaml'),
      `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines:
  scenes: { source: { ${source || `stacApi: { url: "${api.url}", collections: [scenes] }`} } }
`,
    );
    const env = { ...cleanEnvironment(), PGSTAC_DSN: server.dsn(database), INGEST_DB_DSN: server.dsn(database) };
    const countItems = async () => Number(await server.psql('SELECT count(*) FROM pgstac.items', database));
    return { folder, env, database, countItems };
  }

  type Project = Awaited<ReturnType<typeof makeProject>>;

  function start({ folder, env }: Project, args: readonly string[]) {
    const child = spawn(process.execPath, [program, 'ingest', ...args], { cwd: folder, env, stdio: 'pipe' });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    const ended = once(child, 'close').then(([code]) => code as number);
    const says = async (words: string) => {
      while (!said.stderr.includes(words) && child.exitCode === null) await sleep(20);
      expect(said.stderr).toContain(words);
    };
    return { child, said, ended, says };
  }

  /** The same on a terminal, which `keys` are typed on once `words` are to be read there. */
  async function onTerminal(
    { folder, env }: Project,
    args: readonly string[],
    {
      size = [120, 20],
      typed,
      color,
    }: { size?: readonly [number, number]; typed?: [words: string, key: string]; color?: string } = {},
  ) {
    const [columns, rows] = size;
    const command = `stty cols ${columns} rows ${rows}; exec '${process.execPath}' '${program}' ingest ${args.join(' ')}`;
    const own = { ...env, TERM: 'xterm', ...(color === undefined ? {} : { NO_COLOR: color }) };
    const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: folder, env: own, stdio: 'pipe' });
    const bytes: Buffer[] = [];
    let isTyped = typed === undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes.push(chunk);
      if (isTyped || !Buffer.concat(bytes).includes(typed?.[0] ?? '')) return;
      isTyped = true;
      child.stdin.write(typed?.[1] ?? '');
    });
    const [code] = (await once(child, 'close')) as [number];
    const { python } = await pythonTool(pyte);
    const replay = [join(projectRoot, 'test/ingest/support/screens.py'), String(columns), String(rows), 'scenes  '];
    const written = Buffer.concat(bytes).toString('utf8');
    const { stdout } = await runOrThrow(python, replay, { input: written });
    return { code, written, ...(JSON.parse(stdout) as { last: string[]; seen: string[][]; cursorHidden: boolean }) };
  }

  test('without a terminal stderr is JSON, one object a line, and the last line of stdout one as well', async () => {
    const project = await makeProject();
    const { said, ended } = start(project, ['--format', 'json', '--limit', String(ITEMS)]);
    expect(await ended).toBe(0);
    const lines = said.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const { time, level, severity } of lines) {
      expect(new Date(String(time)).toISOString()).toBe(time);
      expect(severity).toBe(String(level).toUpperCase());
    }
    const result = JSON.parse(said.stdout) as Record<string, unknown>;
    const place = { run: result['run'], pipeline: 'scenes', shard: 1, shards: 1 };
    const shown = lines.filter(({ event }) => event !== 'said' && event !== 'progress');
    expect(shown).toEqual([
      expect.objectContaining({ level: 'info', event: 'shardWaiting', ...place }),
      expect.objectContaining({ level: 'info', event: 'shardStarted', ...place }),
      expect.objectContaining({
        ...{ level: 'warning', event: 'retry', of: 'source', message: `trying again: ${api.url}/search: answers 503` },
        ...{ ...place, retries: { database: 0, source: 1, assets: 0 } },
      }),
      expect.objectContaining({ level: 'info', event: 'shardDone', ...place, read: ITEMS, loaded: ITEMS, share: 1 }),
      expect.objectContaining({ level: 'info', event: 'end', exitCode: 0, runs: [result['run']] }),
    ]);
    expect(lines[0]).toMatchObject({ event: 'said', message: expect.stringMatching(/^pgstac {2}database watching/) });
  });

  test('what ends it early is a line of the log, and its words are not said twice', async () => {
    const project = await makeProject('files: [none.json]');
    const { said, ended } = start(project, ['--format', 'json']);
    expect(await ended).toBe(4);
    const last = said.stderr.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({
      level: 'error',
      exitCode: 4,
      message: 'cannot read none.json: it is not there',
    });
    expect(said.stderr.split('cannot read none.json')).toHaveLength(2);
    expect(JSON.parse(said.stdout)).toMatchObject({ error: { message: 'cannot read none.json: it is not there' } });
    const pretty = start(project, []);
    await pretty.ended;
    expect(pretty.said.stderr).toMatch(/\n{"time":.*"event":"end".*\nplatform: cannot read none.json/);
  });

  test('on a terminal lines are drawn anew, and nothing of them is left at the end', async () => {
    const project = await makeProject();
    const { code, written, last, seen, cursorHidden } = await onTerminal(project, ['--limit', String(ITEMS)]);
    expect([code, cursorHidden]).toEqual([0, false]);
    const drawn = seen.map((screen) => screen.find((line) => line.startsWith('scenes  ')) ?? '');
    expect(drawn).toContainEqual(
      expect.stringMatching(/^scenes {2}\d+% ETA 0:0\d {2}\d,000 read {2}[\d,]+\/s {2}\d,000 loaded/),
    );
    expect(seen).toContainEqual(expect.arrayContaining([expect.stringMatching(/^trying again: http.*answers 503$/)]));
    expect(written).toContain('\u001b[1m');
    expect(last).toEqual([
      expect.stringMatching(/^pgstac {2}database watching/),
      expect.stringMatching(/^ingest {2}database watching/),
      expect.stringMatching(/^run .* of scenes$/),
      expect.stringMatching(/^pipeline +read +inserted/),
      expect.stringMatching(/^scenes +4000 +4000/),
      expect.stringMatching(/^in \d+\.\d s$/),
      expect.stringMatching(/^database +table +rows$/),
      ...['pgstac', 'pgstac', 'pgstac', 'ingest'].map((name) => expect.stringContaining(name)),
    ]);
  });

  test('on a narrow terminal of few lines without colour, two shards', async () => {
    const project = await makeProject();
    const size = [40, 6] as const;
    const plan = await runCli(['ingest', 'plan', '--shards', '2', '--format', 'json'], {
      cwd: project.folder,
      env: project.env,
    });
    const { run } = JSON.parse(plan.stdout) as { run: string };
    const { code, written, seen } = await onTerminal(project, ['--run', run], { size, color: '1' });
    expect(code).toBe(0);
    expect(written).not.toContain('\u001b[1m');
    expect(seen).toContainEqual(
      expect.arrayContaining([
        expect.stringMatching(/^scenes {2}\d of 2 shards done/),
        expect.stringMatching(/^ {2}shard \d\/2 {2}/),
      ]),
    );
  });

  test('Ctrl-C stops it between two batches, says what to type, and that goes on', async () => {
    const project = await makeProject();
    const typed = [',000 read', '\u0003'] as [string, string];
    const { code, seen, last } = await onTerminal(project, [], { size: [150, 20], typed });
    expect(code).toBe(130);
    expect(seen.flat()).toContain('stopping after what is in flight; Ctrl-C again ends at once');
    const kept = await project.countItems();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(ITEMS);
    expect(last.at(-2)).toBe('platform: interrupted; what is committed is kept');
    const [, words = ''] = /^ {2}→ to go on: platform ingest (scenes --run \S+)$/.exec(last.at(-1) ?? '') ?? [];
    expect(last.filter((line) => line.startsWith('scenes '))).toEqual([]);
    const again = start(project, [...words.split(' '), '--format', 'json']);
    expect([await again.ended, JSON.parse(again.said.stdout)]).toMatchObject([0, { read: ITEMS, inserted: ITEMS }]);
    expect(await project.countItems()).toBe(ITEMS);
  });

  test('SIGTERM ends it in time even where a statement waits for a lock of another', async () => {
    const project = await makeProject();
    const lock = `BEGIN; LOCK TABLE pgstac.partition_stats IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)`;
    const holding = server.psql(lock, project.database).catch(() => undefined);
    await sleep(500);
    const { child, ended, says, said } = start(project, ['--format', 'json']);
    await says('shardStarted');
    await sleep(1500);
    const told = Date.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(130);
    const took = Date.now() - told;
    expect(took).toBeLessThan(25_000);
    if (took > 15_000) expect(said.stderr).toContain('did not end in time');
    await server.psql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()`,
    );
    await holding;
    expect(await project.countItems()).toBe(0);
  }, 60_000);

  async function readMetrics(text: string): Promise<Record<string, number>> {
    const code = `import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
assert all(family.documentation and family.type in ("counter", "gauge") for family in families)
print(json.dumps({f"{s.name} {','.join(f'{k}={v}' for k, v in sorted(s.labels.items()))}".strip(): s.value for family in families for s in family.samples}))`;
    const { python } = await pythonTool(prometheusClient);
    return JSON.parse((await runOrThrow(python, ['-c', code], { input: text })).stdout) as Record<string, number>;
  }

  test('metrics in a file are whole at any moment and tell the end', async () => {
    const project = await makeProject();
    mkdirSync(join(project.folder, 'textfile'));
    const file = join(project.folder, 'textfile/ingest.prom');
    const { ended, says } = start(project, ['--metrics', file]);
    await says('shardStarted');
    expect(readFileSync(file, 'utf8')).toMatch(/^# HELP .*\n# TYPE .*\n[\s\S]*\n$/);
    expect(await ended).toBe(0);
    const shard = 'pipeline=scenes,shard=1/1';
    expect(await readMetrics(readFileSync(file, 'utf8'))).toMatchObject({
      [`platform_ingest_items_total outcome=inserted,${shard}`]: ITEMS,
      [`platform_ingest_items_total outcome=quarantined,${shard}`]: 0,
      [`platform_ingest_retries_total of=source,${shard}`]: 1,
      [`platform_ingest_shard_state ${shard},state=done`]: 1,
      platform_ingest_exit_code: 0,
      platform_ingest_end_time_seconds: expect.any(Number),
    });
    const bad = start(project, ['--metrics', join(project.folder, 'none/ingest.prom')]);
    expect(await bad.ended).toBe(2);
    expect(bad.said.stderr).toMatch(/none\/ingest.prom cannot be written: ENOENT/);
  });

  test('metrics on a port are served while it runs, and no longer', async () => {
    const project = await makeProject();
    const { ended, says, said } = start(project, ['--metrics', ':0', '--format', 'json']);
    await says('metrics at http://127.0.0.1:');
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(said.stderr) ?? [];
    await says('"event":"retry"');
    await sleep(300);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const metrics = await readMetrics(await response.text());
    expect(metrics).toMatchObject({
      'platform_ingest_shard_state pipeline=scenes,shard=1/1,state=running': 1,
      'platform_ingest_retries_total of=source,pipeline=scenes,shard=1/1': 1,
    });
    expect(metrics).not.toHaveProperty('platform_ingest_exit_code');
    expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404);
    expect(await ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
