import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { parseAllDocuments } from 'yaml';
import { kubernetesTarget } from '../../src/emit/kubernetes.ts';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { startPgbouncer } from '../support/pgbouncer.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { asyncpg, pythonTool } from '../support/python.ts';
import { recordStatements, type Statement } from '../support/record-statements.ts';
import { resolveText } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeServerDatabase, pypgstac } from './support/databases.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';

const login = 'ingest-tests-pooler@acme-earth.iam';
const shards = 4;
/** The key of the lock behind which a batch is held; not the one that the leaking client takes. */
const HELD = 77;
// Two batches a shard.
const items = Array.from({ length: 6000 }, (_, place) =>
  makeItem(`item-${place}`, { properties: { datetime: `2024-0${1 + (place % shards)}-15T10:00:00Z`, place } }),
);

function writeSpec(proxyPort: number): string {
  return `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
kubernetes:
  version: "1.36"
  proxy: { port: ${proxyPort} }
  pooler: { poolSize: 2, grants: { pgstac: ingest, ingest: write } }
pipelines:
  scenes: { source: { files: [collection.json, items.ndjson] } }
`;
}

/** What a statement would leave on a connection for its next user, or expect there from before; null where nothing. */
function findSessionUse({ name, sql }: Statement): string | null {
  if (name !== '') return 'a statement prepared by name';
  const uses: readonly (readonly [RegExp, string])[] = [
    [/(^|;)\s*(PREPARE|EXECUTE|DEALLOCATE)\b/i, 'a prepared statement'],
    [/(^|;)\s*SET\s+(?!LOCAL\b)/i, 'a setting of the session'],
    [/set_config\([^()]*,\s*false\s*\)/i, 'a setting of the session'],
    [/pg_(try_)?advisory_(lock|unlock)/i, 'a lock of the session'],
    [/(^|;)\s*(UN)?LISTEN\b/i, 'notifications'],
    [/CREATE\s+(TEMP|TEMPORARY)\s(?!.*ON COMMIT DROP)/is, 'a temporary table'],
    [/\bWITH\s+HOLD\b/i, 'a cursor'],
  ];
  return uses.find(([pattern]) => pattern.test(sql))?.[1] ?? null;
}

describe('what uses a session', () => {
  test.each([
    ['SET search_path TO pgstac', 'a setting of the session'],
    ["SELECT 1; set role 'a'", 'a setting of the session'],
    ["SELECT set_config('a.b', 'c', false)", 'a setting of the session'],
    ['SELECT pg_advisory_lock(1)', 'a lock of the session'],
    ['PREPARE a AS SELECT 1', 'a prepared statement'],
    ['LISTEN a', 'notifications'],
    ['CREATE TEMP TABLE a (b integer)', 'a temporary table'],
    ['SET LOCAL search_path TO pgstac', null],
    ["SELECT set_config('a.b', 'c', true), pg_advisory_xact_lock(1)", null],
    ['UPDATE a SET b = 1', null],
    ['CREATE TEMPORARY TABLE a (b integer)\nON COMMIT DROP', null],
  ])('%s', (sql, use) => expect(findSessionUse({ connection: 1, name: '', sql })).toBe(use));

  test('is a name', () => {
    expect(findSessionUse({ connection: 1, name: 'a', sql: 'SELECT 1' })).toBe('a statement prepared by name');
  });
});

describeWith(['postgres15', 'pgbouncer', 'python'], 'the runner through the platform’s own pooler', () => {
  let server: Postgres;
  let folder: string;
  let poolerPort: number;

  beforeAll(async () => {
    await pypgstac('0.9.11');
    server = await startPostgres();
    for (const name of ['pgstac', 'ingest']) await (await makeServerDatabase(server, name, '0.9.11')).close();
    await server.psql(`CREATE ROLE "${login}" LOGIN`);
    const spec = writeSpec(server.port);
    folder = makeTemporaryFolder('pooler');
    writeFileSync(join(folder, 'platform.yaml'), spec);
    writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
    writeFileSync(join(folder, 'items.ndjson'), lines(...items));
    const admin = { PGSTAC_DSN: server.dsn('pgstac'), INGEST_DB_DSN: server.dsn('ingest') };
    expect(await runCli(['db', 'init'], { cwd: folder, env: admin })).toMatchObject({ code: 0 });
    const manifests = kubernetesTarget.emit(resolveText(spec), { specText: spec });
    const [config] = parseAllDocuments(manifests.find(({ path }) => path.endsWith('/pooler.yaml'))?.text ?? '');
    const { data } = (config?.toJS() ?? {}) as { data: Record<string, string> };
    poolerPort = (await startPgbouncer(data['pgbouncer.ini'] ?? '', { files: data })).port;
  }, 600_000);

  const dsnOf = (port: number, database: string) => `postgresql://pooler@127.0.0.1:${port}/${database}?sslmode=disable`;
  const envFor = (port: number) => ({ PGSTAC_DSN: dsnOf(port, 'pgstac'), INGEST_DB_DSN: dsnOf(port, 'ingest') });
  const run = (port: number, ...args: string[]) => runCli(args, { cwd: folder, env: envFor(port) });

  async function planRun(port: number): Promise<string> {
    const plan = await run(port, 'ingest', 'plan', 'scenes', '--shards', `${shards}`, '--format', 'json');
    if (plan.code !== 0) throw new Error(plan.stderr);
    return (JSON.parse(plan.stdout.trimEnd().split('\n').at(-1) ?? '') as { run: string }).run;
  }

  const runShard = (port: number, id: string, shard: number) =>
    run(port, 'ingest', 'scenes', '--run', id, '--shard', `${shard}/${shards}`);

  function startShard(id: string, shard: number): ChildProcess {
    const words = ['ingest', 'scenes', '--run', id, '--shard', `${shard}/${shards}`];
    return spawn(process.execPath, [join(projectRoot, 'dist/cli/main.js'), ...words], {
      cwd: folder,
      env: { ...cleanEnvironment(), ...envFor(poolerPort) },
      stdio: 'ignore',
    });
  }

  /** A client that uses the pooler as if each connection were its own, until it is told to stop. */
  function leak(): () => Promise<number> {
    const sql = [
      'SET search_path TO pg_catalog',
      "SET statement_timeout TO '1ms'",
      "SET timezone TO 'Asia/Tokyo'",
      'SET default_transaction_read_only TO on',
      'SET ROLE pgstac_read',
      'CREATE TEMPORARY TABLE collections (id text)',
      'SELECT pg_advisory_lock(1)',
    ];
    let going = true;
    const work = (async () => {
      const client = new pg.Client({ connectionString: dsnOf(poolerPort, 'pgstac') });
      await client.connect();
      let times = 0;
      for (; going; times++) await client.query(sql[times % sql.length] ?? '');
      await client.end();
      return times;
    })();
    return async () => {
      going = false;
      return await work;
    };
  }

  const count = async (database: string, sql: string) =>
    Number(await server.psql(`SELECT count(*) FROM ${sql}`, database));

  /** A shard's second batch waits where it writes its receipt: all else of it is done, and nothing is committed. */
  async function holdSecondBatch(id: string, shard: number) {
    await server.psql(
      `CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock(${HELD}); RETURN NULL; END $$;
       CREATE TRIGGER wait_for_test AFTER INSERT ON platform.receipt FOR EACH ROW
         WHEN (NEW.run = '${id}' AND NEW.shard = ${shard} AND NEW.batch = 2) EXECUTE FUNCTION wait_for_test()`,
      'pgstac',
    );
    const holder = new pg.Client({ connectionString: server.dsn('pgstac') });
    await holder.connect();
    await holder.query(`SELECT pg_advisory_lock(${HELD})`);
    const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${HELD} AND NOT granted`;
    let isHeld = true;
    const reached = (async () => {
      while (isHeld && (await holder.query(waiting)).rowCount === 0) await sleep(20);
    })();
    const release = async () => {
      if (!isHeld) return;
      isHeld = false;
      await reached;
      await holder.end();
    };
    return { reached, release };
  }

  test('sends nothing that needs a session', async () => {
    const { port, statements } = await recordStatements(poolerPort);
    for (const words of [['verify'], ['db', 'status'], ['ingest', '--limit', '50']])
      expect([words, await run(port, ...words)]).toMatchObject([words, { code: 0 }]);
    const id = await planRun(port);
    expect(await runShard(port, id, 1)).toMatchObject({ code: 0 });
    expect(statements.length).toBeGreaterThan(100);
    expect(statements.filter(({ sql }) => /^\s*BEGIN/i.test(sql)).length).toBeGreaterThan(5);
    expect(statements.flatMap((one) => findSessionUse(one) ?? [])).toEqual([]);
  }, 240_000);

  test('loads everything once, in parallel on two connections, killed in the middle, beside a client that leaks', async () => {
    const id = await planRun(poolerPort);
    const held = await holdSecondBatch(id, 1);
    const stopLeaking = leak();
    try {
      const killed = startShard(id, 1);
      const ended = once(killed, 'exit');
      const others = Array.from({ length: shards - 1 }, (_, at) => runShard(poolerPort, id, at + 2));
      await Promise.race([held.reached, ended]);
      killed.kill('SIGKILL');
      expect((await ended)[1]).toBe('SIGKILL');
      await held.release();
      for (const other of await Promise.all(others)) expect(other).toMatchObject({ code: 0 });
      // As if the minute had passed for which the one that was killed still owns its shard.
      await server.psql(`UPDATE platform.lease SET expires = now() WHERE run = '${id}' AND shard = 1`, 'pgstac');
      expect(await runShard(poolerPort, id, 1)).toMatchObject({ code: 0 });
      expect(await run(poolerPort, 'ingest', 'finish', id)).toMatchObject({ code: 0 });
      expect(await run(poolerPort, 'verify')).toMatchObject({ code: 0 });
    } finally {
      await held.release();
      expect(await stopLeaking()).toBeGreaterThan(10);
    }
    expect(await count('pgstac', 'pgstac.items')).toBe(items.length);
    expect(await count('ingest', `ingestion_log WHERE run = '${id}'`)).toBe(items.length);
    // 1.18 counts a login's connections for each database, newer ones together.
    const connections = `pg_stat_activity WHERE usename = '${login}' AND datname = 'pgstac'`;
    const open = await count('pgstac', connections);
    expect(open).toBeGreaterThan(0);
    expect(open).toBeLessThanOrEqual(2);
  }, 120_000);

  test.each(['asyncpg', 'psycopg'] as const)(
    'lets %s search, many at once',
    async (driver) => {
      const { python } = await (driver === 'asyncpg' ? pythonTool(asyncpg) : pypgstac('0.9.11'));
      const program = join(projectRoot, 'test/ingest/support/read_through_pooler.py');
      const { stdout, stderr } = await runProcess(python, [program, driver, '127.0.0.1', `${poolerPort}`]);
      expect([stdout, stderr]).toEqual(['40\n', '']);
    },
    240_000,
  );
});
