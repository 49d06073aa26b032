import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../../support/cli.ts';
import { makeRandom } from '../../support/hostile.ts';
import { listenOn } from '../../support/listen.ts';
import { describeWith } from '../../support/needs.ts';
import { projectRoot } from '../../support/root.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';
import { lines, makeCollection, makeItem } from '../support/items.ts';

/** Several batches, so that the first is not all. */
const ITEMS = 8000;
const KILLS = 2;
const SEED = Number(process.env['SEED'] ?? 1);

const spec = `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines:
  scenes: { source: { files: [collection.json, items.ndjson] } }
`;

/** A project with an embedded database that is ready, and items of six months. */
async function makeProject(): Promise<string> {
  const folder = makeTemporaryFolder('embedded');
  const items = Array.from({ length: ITEMS }, (_, place) =>
    makeItem(`item-${place}`, { properties: { datetime: `2024-0${1 + (place % 6)}-15T00:00:00Z`, place } }),
  );
  writeFileSync(join(folder, 'platform.yaml'), spec);
  writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
  writeFileSync(join(folder, 'items.ndjson'), lines(...items));
  expect(await runCli(['db', 'init'], { cwd: folder })).toMatchObject({ code: 0 });
  return folder;
}

/** Starts a run and kills it so many milliseconds after its first batch is committed; false where it had ended by then. */
async function startAndKill(folder: string, after: number): Promise<boolean> {
  const probe = createServer();
  const port = await listenOn(probe);
  probe.close();
  const child = spawn(process.execPath, [join(projectRoot, 'dist/cli/main.js'), 'ingest', '--metrics', `:${port}`], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while (child.exitCode === null && !(await hasInserted(port))) await sleep(20);
  await sleep(after);
  child.kill('SIGKILL');
  const [, signal] = await ended;
  return signal === 'SIGKILL';
}

async function hasInserted(port: number): Promise<boolean> {
  const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return /items_total\{.*outcome="inserted".*\} [1-9]/.test(metrics);
}

describeWith(['python'], 'the embedded database', () => {
  test('killed while it is being filled, and started again: nothing is lost, and nothing is there twice', async () => {
    const folder = await makeProject();
    const json = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(['ingest', ...args, '--format', 'json'], { cwd: folder });
      if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    };
    const random = makeRandom(SEED);
    for (let kill = 0; kill < KILLS; kill += 1) expect(await startAndKill(folder, random(200))).toBe(true);
    expect(await json()).toMatchObject({ read: ITEMS, quarantined: 0, rows: { 'pgstac.items': ITEMS } });

    // Whichever of the runs it was: each item was inserted by one of them, and stands in the log of that one.
    const { runs } = (await json('status')) as { runs: { unsettled: number; counts: Counts }[] };
    expect(runs.map(({ unsettled }) => unsettled)).toEqual(Array.from({ length: KILLS + 1 }, () => 0));
    expect(runs.reduce((sum, { counts }) => sum + counts.inserted, 0)).toBe(ITEMS);
    expect(runs.reduce((sum, { counts }) => sum + counts.updated, 0)).toBe(0);
    for (const { counts } of runs) expect(counts.inserted).toBeGreaterThan(0);
    const rows = runs.reduce((sum, { counts }) => sum + counts.read, 0);
    expect(await json()).toMatchObject({
      unchanged: ITEMS,
      rows: { 'pgstac.items': ITEMS, ingestion_log: rows + ITEMS },
    });
  }, 300_000);
});

interface Counts {
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
}
