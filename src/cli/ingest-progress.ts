import type { Progress } from '../ingest/ports.ts';
import type { Context } from './context.ts';

const LINE_EVERY_MS = 5000;

/** On a terminal one line that is rewritten, elsewhere a line every few seconds. `end` leaves the terminal clean. */
export function createProgress({ stderr, now }: Context): { report(progress: Progress): void; end(): void } {
  const started = now().getTime();
  let last = started;
  return {
    report(progress) {
      const time = now().getTime();
      if (stderr.isTerminal) stderr.write(`\r\u001b[K${describe(progress, time - started)}`);
      else if (time - last >= LINE_EVERY_MS) {
        stderr.write(`${describe(progress, time - started)}\n`);
        last = time;
      }
    },
    end() {
      if (stderr.isTerminal) stderr.write('\r\u001b[K');
    },
  };
}

function describe({ pipeline, shard, shards, counts }: Progress, elapsed: number): string {
  const { read, inserted, updated, unchanged, quarantined } = counts;
  const words = [
    shards === 1 ? pipeline : `${pipeline} shard ${shard}/${shards}`,
    `${read} read`,
    `${inserted + updated} loaded`,
  ];
  if (unchanged > 0) words.push(`${unchanged} unchanged`);
  if (quarantined > 0) words.push(`${quarantined} quarantined`);
  words.push(`${Math.round((read * 1000) / Math.max(elapsed, 1))}/s`);
  return words.join('  ');
}
