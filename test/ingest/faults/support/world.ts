import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Database } from '../../../../src/database/connection.ts';
import { cleanEnvironment } from '../../../support/cli.ts';
import { makeRandom } from '../../../support/hostile.ts';
import { type Postgres, startPostgres } from '../../../support/postgres.ts';
import { projectRoot } from '../../../support/root.ts';
import { makeTemporaryFolder } from '../../../support/temporary.ts';
import { type Databases, initialise, openServerDatabase, pypgstac } from '../../support/databases.ts';
import { lines, makeCollection, makeItem } from '../../support/items.ts';
import { describeDatabase, rowsOf } from '../../support/load.ts';
import { type FaultProxy, startFaultProxy } from './proxy.ts';

export const RUN = '0190a000-0000-7000-8000-000000000002';
const EARLIER_RUN = '0190a000-0000-7000-8000-000000000001';

const spec = `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines:
  scenes: { source: { files: [collection.json, items.ndjson] }, shards: 2 }
  others: { source: { files: [collection.json, others.ndjson] } }
`;

/**
 * The items of a source, over seven months, a few bad and a few of them twice. A later version of the source has some
 * changed, some moved to another month, be it an eighth or a day that no item of it had, and some new.
 */
export function makeSource(version: 1 | 2, count = 2300): string {
  const random = makeRandom(7);
  const items = Array.from({ length: version === 1 ? count - 300 : count }, (_, place) => {
    const [month, day] = [random(7), 1 + random(28)];
    const isMoved = version === 2 && place % 19 === 3;
    const datetime = new Date(Date.UTC(2024, isMoved ? month + 1 : month, isMoved ? day + 2 : day)).toISOString();
    if (place % 97 === 50) return makeItem(`bad-${place}`, { geometry: null });
    const changed = version === 2 && place % 5 === 1 ? { version } : {};
    return makeItem(`item-${place % 41 === 5 ? place - 1 : place}`, { properties: { datetime, place, ...changed } });
  });
  return lines(...items);
}

/** A folder with a spec, and with the source as it was or as it is. */
export function makeProject(items: string, others = ''): string {
  const folder = makeTemporaryFolder('faults');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'platform.yaml'), spec);
  writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
  writeFileSync(join(folder, 'items.ndjson'), items);
  writeFileSync(join(folder, 'others.ndjson'), others);
  return folder;
}

export interface Runner {
  readonly child: ChildProcess;
  /** 137 where it was killed. */
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

export interface StartOptions {
  /** The folder of its spec. */
  readonly cwd?: string;
  /** Not through the proxy. */
  readonly straight?: boolean;
  /** Of the databases; left out, the superuser. */
  readonly user?: string;
}

export interface World {
  readonly server: Postgres;
  readonly proxy: FaultProxy;
  /** Of the pair made last. */
  readonly databases: Databases;
  readonly names: { readonly pgstac: string; readonly ingest: string };
  /** A new pair of databases in which an earlier version of the source was loaded and the next run is planned. */
  make(): Promise<Databases>;
  /** `platform ingest ARGS…`, as a process of its own, through the proxy or straight. */
  start(args: readonly string[], options?: StartOptions): Runner;
  /** The leases of runners that are gone would have to run out: the clock of the database cannot be turned, they are. */
  expireLeases(): Promise<void>;
  /** Copies one of the two as it is now; gives the backup's name. */
  backUp(which: 'pgstac' | 'ingest'): Promise<string>;
  /** Drops one of the two, whoever uses it. */
  drop(which: 'pgstac' | 'ingest'): Promise<void>;
  /** Puts a backup in the place of one of the two. */
  restore(which: 'pgstac' | 'ingest', backup: string): Promise<void>;
  /** All that both databases hold, but for moments and who did it. */
  describe(): Promise<unknown>;
}

/** Two databases on a server of a suite's own, and the real command that fills them. */
export function useWorld(settings: Readonly<Record<string, string>> = {}): World {
  let server: Postgres;
  let proxy: FaultProxy;
  let databases: Databases | null = null;
  let count = 0;
  const children = new Set<ChildProcess>();
  const project = makeProject(makeSource(2));
  const names = () => ({ pgstac: `pgstac ${count}`, ingest: `ingest ${count}` });

  async function open(): Promise<Databases> {
    const [pgstac, ingest] = await Promise.all(Object.values(names()).map((name) => openServerDatabase(server, name)));
    return {
      pgstac: (pgstac as Databases).pgstac,
      ingest: (ingest as Databases).pgstac,
      close: async () => void (await Promise.all([pgstac?.close(), ingest?.close()])),
    };
  }

  function start(args: readonly string[], { cwd = project, straight = false, user }: StartOptions = {}): Runner {
    const dsn = (name: string) => {
      const url = new URL(server.dsn(name, user));
      if (!straight) url.port = String(proxy.port);
      return url.href;
    };
    const { pgstac, ingest } = names();
    const child = spawn(process.execPath, [join(projectRoot, 'dist/cli/main.js'), 'ingest', ...args], {
      cwd,
      env: { ...cleanEnvironment(), PGSTAC_DSN: dsn(pgstac), INGEST_DB_DSN: dsn(ingest) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.on('exit', () => children.delete(child));
    return { child, ended: readEnd(child) };
  }

  beforeAll(async () => {
    await pypgstac('0.9.11');
    server = await startPostgres({ settings });
    proxy = await startFaultProxy(server.port);
    for (const name of Object.values(names())) await server.createDatabase(name);
    const first = await open();
    await initialise(first, '0.9.11');
    await first.close();
    const earlier = makeProject(makeSource(1));
    for (const [args, cwd] of [
      [['plan', 'scenes', '--run', EARLIER_RUN], earlier],
      [['--run', EARLIER_RUN], earlier],
      [['plan', 'scenes', '--run', RUN], project],
    ] as const) {
      const { code, stderr } = await start(args, { cwd, straight: true }).ended;
      if (code !== 0 && code !== 3) throw new Error(`exit ${code}: ${stderr}`);
    }
  }, 600_000);
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    proxy.meet(() => null);
    await databases?.close();
    databases = null;
  });
  afterAll(async () => {
    proxy?.close();
    await server?.stop();
  });

  /** A database can only be copied while nobody uses it. */
  async function whileClosed(sql: string, isThere = true): Promise<void> {
    await databases?.close();
    const [drop, create] = sql.split(';');
    for (const one of [drop, create]) if (one) await server.psql(one);
    databases = isThere ? await open() : null;
  }

  return {
    get server() {
      return server;
    },
    get proxy() {
      return proxy;
    },
    get databases() {
      if (databases === null) throw new Error('make() makes them');
      return databases;
    },
    get names() {
      return names();
    },
    async make() {
      await databases?.close();
      count += 1;
      for (const [which, name] of Object.entries(names()))
        await server.psql(`CREATE DATABASE "${name}" TEMPLATE "${which} 0"`);
      databases = await open();
      return databases;
    },
    start,
    async backUp(which) {
      const name = `${names()[which]} backup`;
      await whileClosed(`CREATE DATABASE "${name}" TEMPLATE "${names()[which]}"`);
      return name;
    },
    drop: (which) => whileClosed(`DROP DATABASE "${names()[which]}" WITH (FORCE)`, false),
    async restore(which, backup) {
      const name = names()[which];
      await whileClosed(
        `DROP DATABASE IF EXISTS "${name}" WITH (FORCE);CREATE DATABASE "${name}" TEMPLATE "${backup}"`,
      );
    },
    async expireLeases() {
      await rowsOf(this.databases.pgstac, 'UPDATE platform.lease SET expires = clock_timestamp() WHERE NOT done');
    },
    async describe() {
      const { pgstac, ingest } = this.databases;
      return {
        pgstac: await describeDatabase(pgstac),
        platform: await describeTables(pgstac, 'platform'),
        ingest: await describeTables(ingest, 'public'),
      };
    },
  };
}

async function readEnd(child: ChildProcess) {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 137, ...texts };
}

/** Every row of every table, but for moments of the work itself, who held a lease and how often it changed hands. */
async function describeTables(database: Database, schema: string): Promise<Record<string, readonly string[]>> {
  const tables = await rowsOf<{ name: string }>(
    database,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${schema}' AND tablename NOT IN ('spatial_ref_sys', 'installation')
     ORDER BY tablename COLLATE "C"`,
  );
  const described: Record<string, readonly string[]> = {};
  for (const { name } of tables) {
    const rows = await rowsOf<{ row: Record<string, unknown> }>(
      database,
      `SELECT to_jsonb(t) AS row FROM ${schema}.${name} t`,
    );
    described[name] = rows.map(({ row }) => JSON.stringify(withoutMoments(row))).sort();
  }
  return described;
}

/** Moments of the work: whether there is one is told, not which. */
const moments = /^(written|planned|finished|expires|since|time|started|ended|compared)$/;

function withoutMoments({ holder: _, epoch: __, ...row }: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, moments.test(name) && value !== null ? 'a moment' : value]),
  );
}
