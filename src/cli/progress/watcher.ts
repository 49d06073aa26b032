import type { Progress } from '../../ingest/progress.ts';
import type { Context, ExitCode } from '../context.ts';
import type { ShardTally } from './tally.ts';

/** One way of showing a run while it goes on. */
export interface Watcher {
  /** What the command writes with meanwhile, so that neither is in the other's way. */
  readonly context?: Context;
  /** What just happened, and the shard after it. */
  told?(progress: Progress, tally: ShardTally): void;
  /** Several times a second. */
  tick?(tallies: readonly ShardTally[]): void;
  end(tallies: readonly ShardTally[], outcome: RunOutcome): Promise<void>;
}

export interface RunOutcome {
  /** 1 after a bug. */
  readonly exitCode: ExitCode;
  /** Why it ended early, in words that hold no secret; null where it did not. */
  readonly failure: { readonly message: string; readonly hint: string | undefined } | null;
}
