import { parseInstant } from '../../ingest/item/instant.ts';
import { parsePeriod } from '../../ingest/item/period.ts';
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
}

export interface IngestOptions extends CommonOptions, ReadOptions {
  /** `K/N`, K from 1. */
  readonly shard?: string | undefined;
  readonly skip: boolean;
}

export type PlanOptions = CommonOptions & ReadOptions;

export interface FinishOptions extends CommonOptions {
  readonly run: string;
}

export type Wanted = ReturnType<typeof readOptions>;

/** The options in the form the loader wants, or `CommandError` (exit 2) with what to write instead. */
export function readOptions(options: Omit<IngestOptions, 'format'>) {
  const shard = options.shard === undefined ? null : /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(options.shard);
  if (options.shard !== undefined && (shard === null || Number(shard[1]) > Number(shard[2])))
    throw new CommandError(2, `--shard ${options.shard}: write K/N, with K from 1 to N, e.g. 1/4`);
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
      `--datetime ${options.datetime}: write START/END, with .. where it is open, e.g. 2024-01-01/2024-03-31`,
    );
  return {
    pipeline: options.pipeline ?? null,
    run: options.run?.toLowerCase() ?? null,
    shard: shard === null ? null : { number: Number(shard[1]), of: Number(shard[2]) },
    shards: options.shards ?? null,
    limit: options.limit ?? null,
    since,
    datetime,
  };
}
