import { maskShapes } from '../../diagnostic/secret-shapes.ts';
import type { Report, ShardPlace } from '../../ingest/progress.ts';
import type { Context, ExitCode } from '../context.ts';
import { CommandError } from '../context.ts';
import { endInTime } from './end-in-time.ts';
import { watchInLines } from './log-lines.ts';
import { type MetricsTarget, watchForMetrics } from './metrics.ts';
import { addProgress, type ShardTally, startTally } from './tally.ts';
import { watchOnTerminal } from './terminal.ts';
import type { RunOutcome, Watcher } from './watcher.ts';

const TICK_MS = 100;

export interface WatchOptions {
  /** With `json`, everything on a stderr that is no terminal is JSON lines. */
  readonly format: 'pretty' | 'json';
  readonly metrics: MetricsTarget | null;
}

/**
 * Shows the work as it goes on: on a terminal by lines that are drawn anew, elsewhere by JSON log lines, and as metrics
 * where they are asked for. `work` writes with the context it is given.
 */
export async function watchRun(
  context: Context,
  { format, metrics }: WatchOptions,
  work: (context: Context, report: Report) => Promise<ExitCode>,
): Promise<ExitCode> {
  const isLive = context.stderr.isTerminal && context.env['TERM'] !== 'dumb';
  const shown = isLive ? watchOnTerminal(context) : watchInLines(context, format === 'json');
  const own = shown.context ?? context;
  const watchers: readonly Watcher[] = [shown, ...(metrics === null ? [] : [await watchForMetrics(own, metrics)])];
  const { report, list } = keepTallies(() => context.now().getTime(), watchers);
  const timer = setInterval(() => tick(watchers, list()), TICK_MS);
  const end = async (outcome: RunOutcome) => {
    clearInterval(timer);
    callOff();
    const stopped = list().map((tally) => (tally.state === 'done' ? tally : { ...tally, state: 'stopped' as const }));
    for (const watcher of watchers.toReversed()) await watcher.end(stopped, outcome);
  };
  const callOff = endInTime(context.signal, () => {
    const message = 'ended at once: what was in flight did not end in time, and is not committed';
    void end({ exitCode: 130, failure: { message, hint: undefined } }).finally(() => {
      if (isLive) context.stderr.write(`platform: ${message}\n`);
      process.exit(130);
    });
  });
  try {
    const exitCode = await work(own, report);
    await end({ exitCode: context.signal.aborted ? 130 : exitCode, failure: null });
    return exitCode;
  } catch (error) {
    await end(describeEnd(context, error));
    if (error instanceof CommandError && !isLive && format === 'json') error.isLogged = true;
    throw error;
  }
}

function keepTallies(now: () => number, watchers: readonly Watcher[]) {
  const tallies = new Map<string, ShardTally>();
  const report: Report = (progress) => {
    const key = nameKey(progress.at);
    const tally = addProgress(tallies.get(key) ?? startTally(progress.at ?? null, now()), progress, now());
    tallies.set(key, tally);
    for (const watcher of watchers) watcher.told?.(progress, tally);
  };
  return { report, list: () => [...tallies.values()] };
}

function nameKey(at: ShardPlace | undefined): string {
  return at === undefined ? '' : `${at.run} ${at.shard}`;
}

function tick(watchers: readonly Watcher[], tallies: readonly ShardTally[]): void {
  for (const watcher of watchers) watcher.tick?.(tallies);
}

function describeEnd(context: Context, error: unknown): RunOutcome {
  const { message } = error instanceof Error ? error : { message: String(error) };
  const hint = error instanceof CommandError ? error.hint : undefined;
  const exitCode = error instanceof CommandError ? error.exitCode : 1;
  return {
    exitCode: context.signal.aborted ? 130 : exitCode,
    failure: { message: maskShapes(message), hint: hint === undefined ? undefined : maskShapes(hint) },
  };
}
