import { access, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import type { RunResult } from '../support/run.ts';
import { copySample, countItems } from '../support/smoke.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

// What takes seconds, and what a second run is spared.
const makes = 'making the embedded database';

describeWith(['python'], 'npm run demo', () => {
  let home: string;
  let folder: string;
  let items: number;
  let first: RunResult;

  beforeAll(async () => {
    home = makeTemporaryFolder('home');
    folder = await copySample(projectRoot);
    items = await countItems(folder);
    first = await runDemo(folder, home);
  }, 180_000);

  test('does the whole job from nothing', async () => {
    expect(readIngestion(first)).toEqual({ read: items, inserted: items, unchanged: 0, quarantined: 0 });
    expect(readRows(first)).toEqual({ 'pgstac.items': items, 'pgstac.collections': 1, ingestion_log: items });
    expect(first.stderr).toContain(makes);
    expect(first.stderr).toMatch(/^run \S+ of sentinel2$/m);
    expect(first.stdout + first.stderr).not.toContain('{');
    await access(join(folder, 'generated/default/README.md'));
    await access(join(folder, '.platform/default'));
  });

  test('changes nothing a second time, and makes no database again', async () => {
    const again = await runDemo(folder, home);
    expect(readIngestion(again)).toEqual({ read: items, inserted: 0, unchanged: items, quarantined: 0 });
    expect(readRows(again)).toMatchObject({ 'pgstac.items': items, ingestion_log: 2 * items });
    expect(again.stderr).not.toContain(makes);
  }, 120_000);

  test('copies the initialised database from the cache in another clone', async () => {
    const kept = join(home, '.cache/platform/embedded');
    const [template = ''] = await readdir(kept);
    await writeFile(join(kept, template, 'copied'), '');
    const another = await copySample(projectRoot);
    expect(readRows(await runDemo(another, home))).toMatchObject({ 'pgstac.items': items, ingestion_log: items });
    const found = await readdir(join(another, '.platform/default'), { recursive: true });
    expect(found.map((path) => basename(path))).toContain('copied');
  }, 120_000);
});

/** The demo in an environment that points to a server, which it must leave alone. */
async function runDemo(folder: string, home: string): Promise<RunResult> {
  const program = join(projectRoot, 'dist/cli/demo.js');
  const env = { PGSTAC_DSN: 'postgresql://nobody@127.0.0.1:1/none', PLATFORM_SPEC: 'nowhere.yaml' };
  const result = await runCli([], { program, cwd: folder, home, env });
  if (result.code !== 0) throw new Error(`exit ${result.code}\n${result.stdout}${result.stderr}`);
  return result;
}

function readIngestion({ stdout }: RunResult): unknown {
  const lines = stdout.split('\n');
  const at = lines.findIndex((line) => line.startsWith('pipeline '));
  const [names, values] = [lines[at], lines[at + 1]].map((line) => (line ?? '').split(/ +/));
  const count = (name: string) => Number(values?.[names?.indexOf(name) ?? -1]);
  return Object.fromEntries(['read', 'inserted', 'unchanged', 'quarantined'].map((name) => [name, count(name)]));
}

function readRows({ stdout }: RunResult): Readonly<Record<string, number>> {
  const rows = stdout.matchAll(/^(?:pgstac|ingest) +(pgstac\.items|pgstac\.collections|ingestion_log) +(\d+)$/gm);
  return Object.fromEntries([...rows].map(([, table, count]) => [table, Number(count)]));
}
