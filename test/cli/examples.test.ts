import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

describeWith(['python'], 'examples/02-virtual-machines', () => {
  test('its items load into the embedded database, once', async () => {
    const folder = join(makeTemporaryFolder('example'), '02-virtual-machines');
    cpSync(join(projectRoot, 'examples/02-virtual-machines'), folder, { recursive: true });
    const ingest = () => runCli(['ingest', 'fields', '--format', 'json'], { cwd: folder });
    const [first, second] = [await ingest(), await ingest()];
    expect([first.code, second.code]).toEqual([0, 0]);
    const [loaded, again] = [first, second].map(({ stdout }) => JSON.parse(stdout));
    expect(loaded.read).toBeGreaterThan(30);
    expect(loaded).toMatchObject({
      loaded: loaded.read,
      unchanged: 0,
      rows: { 'pgstac.items': loaded.read, ingestion_log: loaded.read },
    });
    expect(again).toMatchObject({
      loaded: 0,
      unchanged: loaded.read,
      rows: { 'pgstac.items': loaded.read, ingestion_log: 2 * loaded.read },
    });
  }, 120_000);
});
