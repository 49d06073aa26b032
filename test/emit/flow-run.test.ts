import { spawn } from 'node:child_process';
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { metaflow, mypy, type PythonTool, pytest, pythonTool, ruff } from '../support/python.ts';
import { projectRoot, sharedRoot } from '../support/root.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const flow = 'metaflow_flows/sentinel2_ingestion_flow.py';
const steps = ['start', 'download_items', 'join', 'write_to_db', 'end'];

/** The sample platform in a folder of its own, compiled. */
interface Project {
  readonly folder: string;
  /** `generated/default`, from where the user guide's commands are run. */
  readonly environment: string;
  readonly items: number;
}

async function makeProject(): Promise<Project> {
  const folder = makeTemporaryFolder('flow');
  await cp(join(projectRoot, 'spec'), join(folder, 'spec'), { recursive: true });
  const compiled = await runCli(['compile'], { cwd: folder });
  if (compiled.code !== 0) throw new Error(compiled.stderr);
  const lines = (await readFile(join(folder, 'spec/items/items.ndjson'), 'utf8')).trimEnd().split('\n');
  return { folder, environment: join(folder, 'generated/default'), items: lines.length };
}

/** The same, with the real items of two satellites in 42 partitions, some of them across the antimeridian. */
async function makeRealProject(): Promise<Project> {
  const project = await makeProject();
  const names = ['sentinel-2-l2a', 'sentinel-2-l2a-safe', 'landsat-8-c2-l2'];
  const collections = ['sentinel-2-l2a', 'landsat-8-c2-l2'].map((name) => join(name, 'collection.json'));
  const files = [...collections, ...names.map((name) => join(name, 'items.ndjson'))];
  for (const name of names)
    await cp(join(sharedRoot, 'data', name), join(project.folder, 'spec', name), { recursive: true });
  const spec = join(project.folder, 'spec/platform.yaml');
  const text = await readFile(spec, 'utf8');
  await writeFile(spec, text.replace(/files: \[.*\]/, `files: ${JSON.stringify(files)}`));
  const texts = await Promise.all(
    names.map((name) => readFile(join(sharedRoot, 'data', name, 'items.ndjson'), 'utf8')),
  );
  return { ...project, items: texts.join('').trimEnd().split('\n').length };
}

/** Partitions with items that receipts of two shards say they wrote. */
const partitionsOfTwoShards = `SELECT count(*) FROM (
  SELECT i.tableoid FROM platform.receipt r, jsonb_to_recordset(r.items) AS w (id text, collection text)
  JOIN pgstac.items i ON i.id = w.id AND i.collection = w.collection
  GROUP BY i.tableoid HAVING count(DISTINCT r.shard) > 1) AS shared`;

type Variables = Readonly<Record<string, string>>;

describeWith(['python', 'postgres15', 'sharedData'], 'the sample platform, compiled', () => {
  let python: PythonTool;
  let project: Project;

  beforeAll(async () => {
    python = await pythonTool([...metaflow, ...mypy, ...pytest, ...ruff]);
    project = await makeProject();
  }, 600_000);

  /** What a user has who exported nothing, with `platform` where npm would have linked it. */
  function makeEnvironment(variables: Variables = {}) {
    const command = `${process.execPath} ${join(projectRoot, 'dist/cli/main.js')}`;
    // No home of the user's own, for Metaflow's configuration in it; but their cache, with the embedded database's start.
    const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
    const clean = { ...cleanEnvironment('empty'), XDG_CACHE_HOME: caches, METAFLOW_USER: 'test' };
    return { ...clean, PLATFORM_COMMAND: command, ...variables };
  }

  function runFlow(where: Project, args: readonly string[], variables?: Variables): Promise<RunResult> {
    const options = { cwd: where.environment, env: makeEnvironment(variables), timeout: 300_000 };
    return runProcess(python.python, [flow, ...args], options);
  }

  function runPytest(...args: readonly string[]): Promise<RunResult> {
    const options = { cwd: project.environment, env: cleanEnvironment('empty') };
    return runProcess(python.bin('pytest'), ['-p', 'no:cacheprovider', ...args], options);
  }

  test.each([
    'PGSTAC_DSN=postgresql://ana:hunter2@10.0.0.3:5432/pgstac',
    'password = "hunter2"',
    '{ "password": "hunter2" }',
    "ALTER ROLE ana PASSWORD 'hunter2';",
    '-----BEGIN RSA PRIVATE KEY-----',
    `key: AIza${'0'.repeat(35)}`,
  ])('does not pass its pytest with a secret in a file: %s', async (secret) => {
    const file = join(project.environment, 'README.md');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}${secret}\n`);
    const { code, stdout } = await runPytest('-k', 'secret');
    await writeFile(file, text);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('1 failed') });
    expect(stdout).toContain('test_no_compiled_file_holds_a_secret');
  });

  test('passes the pytest it comes with', async () => {
    const { code, stdout } = await runPytest();
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/ \d+ passed/) });
    expect(stdout).not.toContain('skipped');
  });

  test('its flow fills the embedded database with one worker, and a second run changes nothing', async () => {
    const first = await runFlow(project, ['run', '--shards', '2']);
    expect(first).toMatchObject({ code: 0 });
    expect(listOverlaps(first.stdout)).toEqual([]);
    for (const step of steps) expect(first.stdout).toContain(`/${step}/`);
    expect(first.stdout).toContain(counts(project.items, 0, 0));
    expect(await countRows(project)).toMatchObject({
      'pgstac.items': project.items,
      'public.ingestion_log': project.items,
    });

    const second = await runFlow(project, ['run', '--limit', '7']);
    expect(second.stdout).toContain(counts(0, 7, 0));
    expect(await countRows(project)).toMatchObject({
      'pgstac.items': project.items,
      'public.ingestion_log': project.items + 7,
    });
  }, 300_000);

  test('killed in the middle and resumed, it has lost and doubled nothing: the embedded database', async () => {
    const other = await makeRealProject();
    await killFlow(other, ['run', '--shards', '2'], /\/download_items\/\d+ .* of sentinel2"/, 2);
    const resumed = await runFlow(other, ['resume']);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.stdout).toContain(counts(other.items, 0, 0));
    expect(await countRows(other)).toMatchObject({
      'pgstac.items': other.items,
      'public.ingestion_log': other.items,
      'platform.run': 1,
    });
  }, 300_000);

  test('killed in the middle and resumed, or begun anew, it has lost and doubled nothing: PostgreSQL', async () => {
    const other = await makeRealProject();
    const server = await startPostgres();
    const variables = await makeServerDatabases(server);
    await runCli(['db', 'init'], { cwd: other.folder, env: variables });
    const isLoading = /\/download_items\/\d+ .* of sentinel2"/;
    await killFlow(other, ['run', '--shards', '4', '--max-workers', '2'], isLoading, 3, variables);
    const origin = await readFile(join(other.environment, '.metaflow/Sentinel2IngestionFlow/latest_run'), 'utf8');
    const resumed = await runFlow(other, ['resume', '--origin-run-id', origin, '--max-workers', '2'], variables);
    expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining(counts(other.items, 0, 0)) });
    const inPgstac = 'SELECT count(*), count(DISTINCT id) FROM pgstac.items';
    const inLog = 'SELECT count(*), count(DISTINCT item), count(DISTINCT run) FROM ingestion_log';
    const all = `${other.items}|${other.items}`;
    expect(await server.psql(inPgstac, 'pgstac')).toBe(all);
    expect(await server.psql(inLog, 'ingest')).toBe(`${all}|1`);
    expect(await server.psql(partitionsOfTwoShards, 'pgstac')).toBe('0');
    expect(await server.psql('SELECT count(DISTINCT tableoid) FROM pgstac.items', 'pgstac')).toBe('42');

    await killFlow(other, ['run', '--shards', '4', '--max-workers', '2'], isLoading, 2, variables);
    const again = await runFlow(other, ['run', '--datetime', '2021-01-01/2021-12-31'], variables);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ read, 0 loaded, \d\d unchanged, 0 ignored, 0 quar/),
    });
    expect(await server.psql(inPgstac, 'pgstac')).toBe(all);

    const file = join(other.folder, 'spec/landsat-8-c2-l2/items.ndjson');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    await writeFile(file, lines.slice(1).join('\n'));
    // The flow that was killed may still be at work, as far as anybody knows, until its leases have run out.
    await server.psql('UPDATE platform.lease SET expires = now() WHERE NOT done', 'pgstac');
    const reconciled = await runFlow(other, ['run', '--reconcile', 'true', '--max-workers', '2'], variables);
    expect(reconciled).toMatchObject({ code: 0, stdout: expect.stringContaining('1 gone from the source, deleted') });
    expect(await server.psql('SELECT count(*) FROM pgstac.items', 'pgstac')).toBe(String(other.items - 1));
  }, 500_000);

  test('on PostgreSQL shards run side by side; the environment names the servers', async () => {
    const other = await makeProject();
    await appendFile(join(other.folder, 'spec/items/items.ndjson'), '{"type":"Feature","id":"no-geometry-at-all"}\n');
    const server = await startPostgres();
    const variables = await makeServerDatabases(server);
    const initialised = await runCli(['db', 'init'], { cwd: other.folder, env: variables });
    expect(initialised).toMatchObject({ code: 1, stdout: expect.stringContaining('logins do not exist yet') });
    const { code, stdout } = await runFlow(other, ['run', '--shards', '2', '--max-workers', '2'], variables);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(counts(other.items, 0, 1)) });
    expect(listOverlaps(stdout)).toHaveLength(1);
    expect(await server.psql('SELECT count(*) FROM pgstac.items', 'pgstac')).toBe(`${other.items}`);
    const log = 'SELECT count(*), count(DISTINCT item), count(DISTINCT shard) FROM ingestion_log';
    expect(await server.psql(log, 'ingest')).toBe(`${other.items + 1}|${other.items + 1}|2`);
  }, 300_000);

  async function makeServerDatabases(server: Postgres): Promise<Variables> {
    for (const name of ['pgstac', 'ingest']) await server.createDatabase(name);
    return { PGSTAC_URI: server.dsn('pgstac'), INGEST_DB_DSN: server.dsn('ingest') };
  }

  /** Starts a flow and kills it with all it started, as soon as it has said the `nth` line of a kind. */
  function killFlow(
    where: Project,
    args: readonly string[],
    line: RegExp,
    nth: number,
    variables?: Variables,
  ): Promise<void> {
    const child = spawn(python.python, [flow, ...args], {
      cwd: where.environment,
      env: makeEnvironment(variables),
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    let said = '';
    return new Promise((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const found = said.split('\n').filter((one) => line.test(one));
        if (found.length === nth && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      });
      child.on('close', (_, signal) => {
        if (signal === 'SIGKILL') resolve();
        else reject(new Error(`ended before it was killed:\n${said}`));
      });
    });
  }
});

/** What the flow's last step says. */
function counts(loaded: number, unchanged: number, quarantined: number): string {
  const read = loaded + unchanged + quarantined;
  return `${read} read, ${loaded} loaded, ${unchanged} unchanged, 0 ignored, ${quarantined} quarantined`;
}

/** Exact row counts by table, as `platform db status` has them. */
async function countRows({ folder }: Project): Promise<Readonly<Record<string, number>>> {
  const { code, stdout, stderr } = await runCli(['db', 'status', '--format', 'json'], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  const { databases } = JSON.parse(stdout) as { databases: { tables: { name: string; rows: number }[] }[] };
  return Object.fromEntries(databases.flatMap(({ tables }) => tables.map(({ name, rows }) => [name, rows])));
}

/** The tasks that began while another had not ended, by Metaflow's own log. */
function listOverlaps(log: string): readonly string[] {
  const events = [...log.matchAll(/\/(\w+\/\d+) \(pid \d+\)\] Task (is starting|finished)/g)];
  const open = new Set<string>();
  const overlaps: string[] = [];
  for (const [, task = '', event] of events) {
    if (event === 'finished') open.delete(task);
    else if (open.size > 0) overlaps.push(task);
    if (event !== 'finished') open.add(task);
  }
  return overlaps;
}
