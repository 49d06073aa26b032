import { parseInstant } from '../../ingest/item/instant.ts';
import { isReversed, parsePeriod } from '../../ingest/item/period.ts';
import { CommandError } from '../context.ts';

export interface CommonOptions {
  readonly spec?: string | undefined;
  readonly env?: string | undefined;
  readonly format: 'pretty' | 'json';
}

interface ReadOptions {
  readonly pipeline?: string | undefined;
  /** A UUID. */
  readonly run?: string | undefined;
  readonly shards?: number | undefined;
  readonly limit?: number | undefined;
  readonly since?: string | undefined;
  readonly datetime?: string | undefined;
  readonly reconcile?: boolean | undefined;
}

export interface IngestOptions extends CommonOptions, ReadOptions {
  /** `K/N`, K from 1. */
  readonly shard?: string | undefined;
  /** `I/N`, I from 0. */
  readonly index?: string | undefined;
  readonly skip: boolean;
  /** Let a collection change under its items. */
  readonly rehydrate?: boolean | undefined;
  /** After the shard, finish the run where it was the last. */
  readonly finish?: boolean | undefined;
  /** Items in quarantine do not change the exit code. */
  readonly allowQuarantined?: boolean | undefined;
  /** A file, or `[HOST]:PORT`. */
  readonly metrics?: string | undefined;
}

export interface RetryOptions extends CommonOptions, Pick<ReadOptions, 'pipeline' | 'run' | 'limit'> {
  readonly reason?: string | undefined;
  /** An item's id. */
  readonly item?: string | undefined;
  readonly allowQuarantined?: boolean | undefined;
}

export type PlanOptions = CommonOptions & ReadOptions;

export interface FinishOptions extends CommonOptions {
  readonly run: string;
}

export type Wanted = ReturnType<typeof readOptions>;

/** The options in the form the loader wants, or `CommandError` (exit 2) with what to write instead. */
export function readOptions(options: Omit<IngestOptions, 'format'>) {
  if (options.run !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(options.run))
    throw new CommandError(2, `${JSON.stringify(options.run)} is no run: write its UUID`, {
      hint: 'platform ingest plan makes one',
    });
  const since = options.since === undefined ? null : parseInstant(options.since);
  if (options.since !== undefined && since === null)
    throw new CommandError(
      2,
      `--since ${options.since}: write a date or a moment, e.g. 2024-01-31 or 2024-01-31T00:00:00Z`,
    );
  const datetime = options.datetime === undefined ? null : parsePeriod(options.datetime);
  if (options.datetime !== undefined && datetime === null)
    throw new CommandError(
      2,
      isReversed(options.datetime)
        ? `--datetime ${options.datetime}: it ends before it starts`
        : `--datetime ${options.datetime}: write START/END, with .. where it is open, e.g. 2024-01-01/2024-03-31`,
    );
  if (options.reconcile === true && options.limit !== undefined)
    throw new CommandError(2, '--reconcile and --limit: what is not read is not gone', { hint: 'give one of them' });
  return {
    pipeline: options.pipeline ?? null,
    run: options.run?.toLowerCase() ?? null,
    shard: readShard(options),
    shards: options.shards ?? null,
    limit: options.limit ?? null,
    since,
    datetime,
    reconcile: options.reconcile === true,
  };
}

/** One shard of so many, from 1. */
interface Shard {
  readonly number: number;
  readonly of: number;
}

function readShard({ shard, index }: Pick<IngestOptions, 'shard' | 'index'>): Shard | null {
  if (shard !== undefined && index !== undefined)
    throw new CommandError(2, '--shard and --index both say which shard', { hint: 'give one of them' });
  if (shard !== undefined) {
    const found = parseShard(shard, 1);
    if (found !== null) return found;
    throw new CommandError(2, `--shard ${shard}: write K/N, with K from 1 to N, e.g. 1/4`);
  }
  if (index === undefined) return null;
  const found = parseShard(index, 0);
  if (found !== null) return found;
  throw new CommandError(2, `--index ${index}: write I/N, with I from 0 to N - 1, e.g. 0/4`);
}

/** Null where the text is no number of `first` and the N - 1 that follow it, over N. */
function parseShard(text: string, first: 0 | 1): Shard | null {
  const [, number, of] = /^(0|[1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  if (number === undefined || of === undefined) return null;
  const place = Number(number) - first;
  return place >= 0 && place < Number(of) ? { number: place + 1, of: Number(of) } : null;
}
