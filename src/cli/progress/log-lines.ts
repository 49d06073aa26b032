import type { Progress, ShardPlace } from '../../ingest/progress.ts';
import type { Counts } from '../../ingest/run/outcome.ts';
import type { Context, Output } from '../context.ts';
import { estimateRest, measureSpeed, type RetriedOf, type ShardTally } from './tally.ts';
import type { Watcher } from './watcher.ts';

const PROGRESS_EVERY_MS = 10_000;
/** Of each kind of retry, one line in this time: a server that is down for long must not fill the log. */
const RETRY_EVERY_MS = 5000;

type Level = keyof typeof severities;

/** Cloud Logging's names (LogEntry, 'LogSeverity'): without one, what is on stderr counts as an error there. */
const severities = { info: 'INFO', warning: 'WARNING', error: 'ERROR' } as const;

/**
 * One JSON object a line on stderr: `time` (RFC 3339), `level`, `severity`, `event`, `message`, and where it is about a
 * shard `run`, `pipeline`, `shard`, `shards`, the shard's counts, `retries`, `itemsPerSecond`, and `etaSeconds` where
 * the source says how much there is.
 *
 * @param every What else is said on stderr becomes lines as well, so that there is nothing else on it.
 */
export function watchInLines(context: Context, every: boolean): Watcher {
  const now = () => context.now().getTime();
  const log = (level: Level, event: string, message: string, fields: object = {}) => {
    const time = context.now().toISOString();
    const line = { time, level, severity: severities[level], event, message, ...fields };
    context.stderr.write(`${JSON.stringify(line)}\n`);
  };
  const said = new Map<RetriedOf, number>();
  let last = now();
  return {
    ...(every ? { context: { ...context, stderr: asLines(context.stderr, (text) => log('info', 'said', text)) } } : {}),
    told(progress, tally) {
      if (progress.kind === 'waiting' || progress.kind === 'started' || progress.kind === 'done')
        log('info', ...describeTurn(progress), describeTally(tally, now()));
      if (progress.kind === 'warning') log('warning', 'warning', progress.message, { ...progress.at });
      if (progress.kind !== 'retry' || now() - (said.get(progress.of) ?? Number.NEGATIVE_INFINITY) < RETRY_EVERY_MS)
        return;
      said.set(progress.of, now());
      log('warning', 'retry', `trying again: ${progress.reason}`, { of: progress.of, ...describeTally(tally, now()) });
    },
    tick(tallies) {
      if (now() - last < PROGRESS_EVERY_MS) return;
      last = now();
      for (const tally of tallies)
        if (tally.state === 'running') log('info', 'progress', describeProgress(tally), describeTally(tally, now()));
    },
    async end(tallies, { exitCode, failure }) {
      const shards = tallies.flatMap(({ at }) => (at === null ? [] : [at]));
      const runs = [...new Set(shards.map(({ run }) => run))];
      const fields = { exitCode, runs };
      if (failure === null) log(exitCode === 0 ? 'info' : 'warning', 'end', `ended with exit code ${exitCode}`, fields);
      else log(exitCode === 130 ? 'warning' : 'error', 'end', failure.message, { hint: failure.hint, ...fields });
    },
  };
}

function describeTurn({ kind, at }: Progress): readonly [event: string, message: string] {
  const name = at === undefined ? 'the run' : nameShard(at);
  if (kind === 'waiting') return ['shardWaiting', `${name} is asked for`];
  return kind === 'started' ? ['shardStarted', `${name} starts`] : ['shardDone', `${name} is done`];
}

function nameShard({ pipeline, shard, shards }: ShardPlace): string {
  return shards === 1 ? pipeline : `${pipeline} shard ${shard}/${shards}`;
}

function describeProgress({ at, counts }: ShardTally): string {
  const { read, inserted, updated, quarantined } = counts;
  const bad = quarantined === 0 ? '' : `, ${quarantined} quarantined`;
  return `${at === null ? 'the run' : nameShard(at)}: ${read} read, ${inserted + updated} loaded${bad}`;
}

function describeTally(tally: ShardTally, now: number): object {
  const { at, counts, retries, assets } = tally;
  const speed = measureSpeed(tally, now);
  const rest = estimateRest(tally, now);
  return {
    ...(at ?? {}),
    ...describeCounts(counts),
    retries,
    ...(assets.fetched + assets.present + assets.failed === 0 ? {} : { assets }),
    ...(speed === null ? {} : { itemsPerSecond: round(speed) }),
    ...(rest === null ? {} : { share: round(rest.share, 3) }),
    ...(rest === null || rest.seconds === null ? {} : { etaSeconds: round(rest.seconds) }),
  };
}

function describeCounts({ inserted, updated, ...rest }: Counts): object {
  return { ...rest, loaded: inserted + updated, inserted, updated };
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

/** An output whose every line of text is told on its own. */
function asLines(output: Output, tell: (line: string) => void): Output {
  let begun = '';
  return {
    isTerminal: output.isTerminal,
    color: false,
    write(text) {
      const lines = `${begun}${text}`.split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') tell(line);
    },
  };
}
