import type { Report, ShardPlace } from '../ingest/progress.ts';
import type { Counts } from '../ingest/run/outcome.ts';
import type { Context } from './context.ts';

const LINE_EVERY_MS = 5000;

/** On a terminal one line that is rewritten, elsewhere a line every few seconds. `end` leaves the terminal clean. */
export function createProgress({ stderr, now }: Context): { report: Report; end(): void } {
  const started = now().getTime();
  let last = started;
  return {
    report(progress) {
      if (progress.kind !== 'batch' || progress.at === undefined) return;
      const time = now().getTime();
      if (stderr.isTerminal) stderr.write(`\r\u001b[K${describe(progress.at, progress.counts, time - started)}`);
      else if (time - last >= LINE_EVERY_MS) {
        stderr.write(`${describe(progress.at, progress.counts, time - started)}\n`);
        last = time;
      }
    },
    end() {
      if (stderr.isTerminal) stderr.write('\r\u001b[K');
    },
  };
}

function describe({ pipeline, shard, shards }: ShardPlace, counts: Counts, elapsed: number): string {
  const { read, inserted, updated, unchanged, ignored, quarantined } = counts;
  const words = [
    shards === 1 ? pipeline : `${pipeline} shard ${shard}/${shards}`,
    `${read} read`,
    `${inserted + updated} loaded`,
  ];
  if (unchanged > 0) words.push(`${unchanged} unchanged`);
  if (ignored > 0) words.push(`${ignored} ignored`);
  if (quarantined > 0) words.push(`${quarantined} quarantined`);
  words.push(`${Math.round((read * 1000) / Math.max(elapsed, 1))}/s`);
  return words.join('  ');
}
