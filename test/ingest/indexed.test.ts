import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { kubernetesTarget } from '../../src/emit/kubernetes.ts';
import { cleanEnvironment } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { resolveText } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { itemsOf, rowsOf } from './support/load.ts';
import { useServer } from './support/server.ts';

const SHARDS = 3;
const PAGE = 1250;
const uid = (number: number) => `0f3c1f5e-6f5c-4a5e-9d5e-${String(number).padStart(12, '0')}`;

function writeSpec(origin: string): string {
  return `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: {} }
access: { workloads: { task: { namespace: metaflow, serviceAccount: task, grants: { pgstac: ingest, ingest: write } } } }
kubernetes: { version: "1.36" }
metaflow: { datastore: gs://acme-metaflow, image: "runner:1" }
pipelines:
  scenes: { source: { stacApi: { url: "${origin}", collections: [scenes] } }, shards: ${SHARDS} }
`;
}

/** Items of six months, of which the last is a bad one. */
function makeItems(count: number): object[] {
  const items = Array.from({ length: count }, (_, place) =>
    makeItem(`item-${place}`, { properties: { datetime: `2024-0${(place % 6) + 1}-15T10:00:00Z`, place } }),
  );
  return [...items, makeItem('bad', { geometry: null })];
}

const landingPage = {
  type: 'Catalog',
  stac_version: '1.0.0',
  id: 'api',
  description: 'Scenes.',
  conformsTo: ['https://api.stacspec.org/v1.0.0/core', 'https://api.stacspec.org/v1.0.0/item-search'],
  links: [{ rel: 'search', href: '/search', method: 'POST' }],
};

// The Job's own command in as many processes as it has pods, against a STAC API that is asked by each of them.
describeWith(['postgres15', 'python'], 'an indexed Job', () => {
  const suite = useServer(['0.9.11']);
  const children: ChildProcess[] = [];
  let api: Server;
  let origin = '';
  let items: object[] = [];
  /** Waited for before a page that begins at this item is sent. */
  let gate: { readonly from: number; readonly open: Promise<void> } | null = null;

  beforeAll(async () => {
    api = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      if (request.url === '/collections/scenes') return response.end(JSON.stringify(makeCollection()));
      if (request.method === 'GET') return response.end(JSON.stringify(landingPage));
      const { token: from = 0 } = JSON.parse(Buffer.concat(parts).toString()) as { token?: number };
      if (gate?.from === from) await gate.open;
      const next = { rel: 'next', method: 'POST', href: '/search', body: { token: from + PAGE }, merge: true };
      const links = from + PAGE < items.length ? [next] : [];
      return response.end(
        JSON.stringify({ type: 'FeatureCollection', features: items.slice(from, from + PAGE), links }),
      );
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    origin = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    gate = null;
  });
  afterAll(() => {
    api.closeAllConnections();
    api.close();
  });

  /** Holds back the page that begins at this item until the function it gives is called. */
  function close(from: number): () => void {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    gate = { from, open: opened };
    return () => open();
  }

  interface Pod {
    readonly child: ChildProcess;
    readonly ended: Promise<{ code: number | null; result: Record<string, unknown> | null; stderr: string }>;
  }

  /** The pod of one index, as the kubelet starts it: the manifest's command with its variables put in. */
  function startPod(job: number, index: number, left: readonly string[] = []): Pod {
    const text = writeSpec(origin);
    const file = join(makeTemporaryFolder('spec'), 'platform.yaml');
    writeFileSync(file, text);
    const manifests = kubernetesTarget.emit(resolveText(text), { specText: text });
    const cronJob = parse(manifests.find(({ path }) => path.endsWith('/ingest-scenes.yaml'))?.text ?? '');
    const [container] = cronJob.spec.jobTemplate.spec.template.spec.containers;
    const variables: Record<string, string> = { RUN_ID: uid(job), JOB_COMPLETION_INDEX: String(index) };
    const [program, ...args] = (container.command as string[])
      .map((word) => word.replace(/\$\((\w+)\)/g, (all, name: string) => variables[name] ?? all))
      .map((word) => (word === '/etc/platform/platform.yaml' ? file : word))
      .filter((word) => !left.includes(word));
    expect(program).toBe('platform');
    const dsn = suite.server.dsn(suite.name);
    const child = spawn(process.execPath, [join(projectRoot, 'dist/cli/main.js'), ...args], {
      env: { ...cleanEnvironment(), PGSTAC_DSN: dsn, INGEST_DB_DSN: dsn, KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return { child, ended: readEnd(child) };
  }

  async function readEnd(child: ChildProcess) {
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
      });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, result: texts.stdout === '' ? null : JSON.parse(texts.stdout), stderr: texts.stderr };
  }

  /** Starts these pods at once, and gives how each ended. */
  const runPods = (job: number, indexes: readonly number[], left?: readonly string[]) =>
    Promise.all(indexes.map((index) => startPod(job, index, left).ended));

  /** The exit code; where it is a failure's, what was said. */
  const exitOf = ({ code, stderr }: Awaited<Pod['ended']>) => (code === 0 ? 0 : stderr);

  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; waited < 60_000; waited += 100) {
      if (await holds()) return;
      await sleep(100);
    }
    throw new Error('waited in vain');
  }

  const query = (sql: string) => suite.server.psql(sql, suite.name);
  const runOf = (job: number) => query(`SELECT finished IS NOT NULL FROM platform.run WHERE run = '${uid(job)}'`);
  const logOf = (job: number) =>
    query(`SELECT count(*), count(DISTINCT (batch, position)), count(DISTINCT item), count(*) FILTER (WHERE outcome = 'inserted')
      FROM public.ingestion_log WHERE run = '${uid(job)}'`);

  test('one of its pods is killed and started again: all is there once, and the run is closed once', async () => {
    const { pgstac } = await suite.make();
    items = makeItems(2600);
    const open = close(PAGE);
    const pods = [0, 1, 2].map((index) => startPod(1, index));
    await until(async () => (await query('SELECT count(DISTINCT shard) FROM platform.receipt')) === '3');
    const [, killed] = pods;
    killed?.child.kill('SIGKILL');
    await killed?.ended;
    open();
    const others = await Promise.all([pods[0]?.ended, pods[2]?.ended]);
    expect(others.map((end) => end?.code)).toEqual([0, 0]);
    // Neither was the last. What they loaded stands in the log all the same.
    expect(others.map((end) => [end?.result?.['shard'], end?.result?.['rows']])).toEqual([
      ['1/3', undefined],
      ['3/3', undefined],
    ]);
    expect(others[0]?.stderr).toContain(`run ${uid(1)} is open; whoever ends the last of its shards finishes it`);
    expect(await runOf(1)).toBe('f');
    expect(await query('SELECT count(*) FROM platform.receipt WHERE NOT settled')).toBe('0');
    expect((await logOf(1)).split('|')[3]).toBe(String((await itemsOf(pgstac)).length));
    // Its lease would have to run out: the clock of the database cannot be turned, so the lease is.
    await query('UPDATE platform.lease SET expires = now() WHERE NOT done');
    const again = await startPod(1, 1).ended;
    // Items in quarantine are no failure of the Job.
    expect(again).toMatchObject({ code: 0, result: { read: 2601, inserted: 2600, quarantined: 1, rows: {} } });
    expect(again.result).not.toHaveProperty('shard');
    expect(await runOf(1)).toBe('t');
    expect(await logOf(1)).toBe('2601|2601|2601|2600');
    expect(await rowsOf(pgstac, 'SELECT FROM platform.receipt WHERE NOT settled')).toEqual([]);
    expect(new Set((await itemsOf(pgstac)).map(({ id }) => id)).size).toBe(2600);
    const finished = await query(`SELECT finished FROM platform.run`);
    expect(await startPod(1, 1).ended).toMatchObject({ code: 0, result: { read: 2601 } });
    expect(await query(`SELECT finished FROM platform.run`)).toBe(finished);
  }, 180_000);

  test('killed between its shard and the end of the run, the last pod closes it when it is started again', async () => {
    await suite.make();
    items = makeItems(60);
    expect((await runPods(2, [0, 1, 2], ['--finish'])).map(exitOf)).toEqual([0, 0, 0]);
    expect([await runOf(2), (await logOf(2)).split('|')[0]]).toEqual(['f', '0']);
    expect(await startPod(2, 0).ended).toMatchObject({ code: 0, result: { read: 61, rows: { ingestion_log: 61 } } });
    expect([await runOf(2), await logOf(2)]).toEqual(['t', '61|61|61|60']);
  }, 120_000);

  test('all that end at once close the run once', async () => {
    await suite.make();
    items = makeItems(60);
    const ends = await runPods(3, [0, 1, 2]);
    expect(ends.map(exitOf)).toEqual([0, 0, 0]);
    expect(ends.filter(({ result }) => result?.['rows'] !== undefined).length).toBeGreaterThanOrEqual(1);
    expect([await runOf(3), await logOf(3)]).toEqual(['t', '61|61|61|60']);
  }, 120_000);

  test('where one shard failed for good the run stays open, and the next one brings what it lacks', async () => {
    const { pgstac } = await suite.make();
    items = makeItems(60);
    expect((await runPods(4, [0, 2])).map(exitOf)).toEqual([0, 0]);
    expect(await runOf(4)).toBe('f');
    const loaded = (await itemsOf(pgstac)).length;
    expect((await logOf(4)).split('|')[3]).toBe(String(loaded));
    expect(loaded).toBeLessThan(60);
    const ends = await runPods(5, [0, 1, 2]);
    expect(ends.map(exitOf)).toEqual([0, 0, 0]);
    expect(await logOf(5)).toBe(`61|61|61|${60 - loaded}`);
    expect((await itemsOf(pgstac)).map(({ id }) => id)).toHaveLength(60);
  }, 120_000);

  test('told to end, a pod ends between two batches, and another takes its shard at once', async () => {
    await suite.make();
    items = makeItems(1300);
    const open = close(PAGE);
    const pod = startPod(6, 0);
    await until(async () => (await query('SELECT count(*) FROM platform.receipt')) === '1');
    const told = Date.now();
    pod.child.kill('SIGTERM');
    expect((await pod.ended).code).toBe(130);
    expect(Date.now() - told).toBeLessThan(30_000);
    open();
    expect(await query('SELECT count(*) FROM platform.lease WHERE expires > clock_timestamp()')).toBe('0');
    expect((await startPod(6, 0).ended).code).toBe(0);
  }, 120_000);

  test('a source that changes between its pods: what one run misses or leaves old, the next one mends, and nothing is there twice', async () => {
    const { pgstac } = await suite.make();
    items = makeItems(60);
    await runPods(7, [0]);
    // One new at the front, so that all are elsewhere in their batches; one gone; and some in another month than before.
    const moved = items.slice(0, 57).map((item, place) => {
      const { id, properties } = item as { id: string; properties: object };
      return makeItem(id, { properties: { ...properties, datetime: `2024-0${((place + 1) % 6) + 1}-15T10:00:00Z` } });
    });
    items = [makeItem('new', { properties: { datetime: '2024-03-15T10:00:00Z' } }), ...moved];
    expect((await runPods(7, [1, 2])).map(exitOf)).toEqual([0, 0]);
    const ids = (await itemsOf(pgstac)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await runPods(8, [0, 1, 2])).map(exitOf)).toEqual([0, 0, 0]);
    const wanted = items.map((item) => {
      const { id, properties } = item as { id: string; properties: { datetime: string } };
      return [id, properties.datetime.slice(0, 7).replace('-', '')];
    });
    const names = new Set(wanted.map(([id]) => id));
    const there = (await itemsOf(pgstac)).filter(({ id }) => names.has(id)).map(({ id, partition }) => [id, partition]);
    expect(there.sort()).toEqual(wanted.sort());
    expect(new Set((await itemsOf(pgstac)).map(({ id }) => id)).size).toBe((await itemsOf(pgstac)).length);
  }, 120_000);
});
