import { parseArgs } from 'node:util';
import { runAfterAll } from './after-all.ts';
import { listCases } from './cases.ts';
import { measureEmbedded } from './embedded.ts';
import { measureCommand } from './measure.ts';
import { countItems, prepareBench } from './prepare.ts';
import { printReport, type Result } from './report.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '50000' },
    runs: { type: 'string', default: '3' },
    /** Only cases whose name holds it. */
    only: { type: 'string', default: '' },
  },
});
const [items, runs] = [Number(values.items), Number(values.runs)];

try {
  const bench = await prepareBench(items);
  const cases = (await listCases(bench)).filter(({ name }) => name.includes(values.only));
  const results = cases.flatMap(({ name, steps }) =>
    steps.map((step) => ({ name, step, runs: [] as Result['runs'][number][] })),
  );
  // Cases take turns, so that what else the machine does falls on all of them alike.
  for (let run = 1; run <= runs; run += 1) {
    for (const one of cases) {
      const database = await one.prepare();
      for (const step of one.steps) {
        await bench.server.psql('CHECKPOINT');
        const measured = await measureCommand(one.command(step, database), bench.postmaster);
        const count = await countItems(bench, database);
        if (count !== items) throw new Error(`${one.name}, ${step}: ${count} items are there instead of ${items}`);
        results.find(({ name, step: its }) => name === one.name && its === step)?.runs.push(measured);
        console.error(`${run}/${runs} ${one.name}, ${step}: ${(items / measured.seconds).toFixed(0)} items/s`);
      }
    }
  }
  printReport(results, items);
  if ('embedded'.includes(values.only)) await measureEmbedded(bench);
} finally {
  await runAfterAll();
}
