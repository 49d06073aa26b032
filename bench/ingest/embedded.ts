import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureCommand } from './measure.ts';
import { type Bench, runCommand, runPlatform } from './prepare.ts';
import { readLines } from './read-lines.ts';

const ITEMS = 10_000;

/** The embedded database: how soon it answers once it is there, and how long so many items take, all in all. */
export async function measureEmbedded(bench: Bench): Promise<void> {
  const lines = await readLines(join(bench.folder, 'items.ndjson'), ITEMS);
  writeFileSync(join(bench.folder, 'items.ndjson'), `${lines.join('\n')}\n`);
  const project = { release: '0.9.11', compression: 'pglz', judge: 'structure' } as const;
  const run = (...args: string[]) => runPlatform(bench, project, null, args);
  await runCommand(run('db', 'init'));
  await measureCommand(run('db', 'status'), null);
  const ready = await measureCommand(run('db', 'status'), null);
  const loaded = await measureCommand(run('ingest', 'items', '--format', 'json'), null);
  const judge = (seconds: number, most: number) =>
    `${seconds.toFixed(1)} s (< ${most} s: ${seconds < most ? 'met' : 'NOT met'})`;
  console.log(`\nembedded: ready in ${judge(ready.seconds, 5)}, ${ITEMS} items in ${judge(loaded.seconds, 15)}`);
}
