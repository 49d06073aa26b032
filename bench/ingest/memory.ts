import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runAfterAll } from './after-all.ts';
import { measureCommand } from './measure.ts';
import { copyDatabase, countItems, makeTemplate, prepareBench, runPlatform } from './prepare.ts';
import { hugeInputs } from './write-huge.ts';

const { values } = parseArgs({
  options: {
    /** Of the FeatureCollection. */
    megabytes: { type: 'string', default: '2048' },
    /** Of the file of small items. */
    lines: { type: 'string', default: '1000000' },
    /** Only inputs whose name holds it. */
    only: { type: 'string', default: '' },
  },
});
const MOST_MEGABYTES = 300;

/** The largest memory of `platform ingest` against a server, for each input that could make it large. */
try {
  const bench = await prepareBench(2000);
  const template = await makeTemplate(bench, '0.10.0', false);
  const project = { release: '0.10.0', compression: 'lz4', judge: 'structure' } as const;
  const sizes = { megabytes: Number(values.megabytes), lines: Number(values.lines) };
  for (const { name, pipeline, write } of hugeInputs.filter((input) => input.name.includes(values.only))) {
    const file = join(bench.folder, pipeline === 'items' ? 'items.ndjson' : 'whole.json');
    const written = await write(join(bench.folder, 'changed.ndjson'), file, sizes);
    const database = await copyDatabase(bench, 'memory', template);
    const run = runPlatform(bench, project, database, ['ingest', pipeline, '--format', 'json']);
    const measured = await measureCommand({ ...run, codes: [0, 3] }, bench.postmaster);
    const megabytes = (statSync(file).size / 1024 / 1024).toFixed(0);
    const most = measured.megabytes;
    const judged = `${most.toFixed(0)} MB (< ${MOST_MEGABYTES} MB: ${most < MOST_MEGABYTES ? 'met' : 'NOT met'})`;
    const count = await countItems(bench, database);
    console.log(
      `${name}: ${megabytes} MB, ${count} of ${written} items in ${measured.seconds.toFixed(0)} s: ${judged}`,
    );
    rmSync(file);
  }
} finally {
  await runAfterAll();
}
