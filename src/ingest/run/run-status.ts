import { readRetry } from '../source/quarantine.ts';
import type { Counts } from './outcome.ts';

/**
 * How far a run is: `running` while anybody works on a shard; `superseded` where it was left, and a later run of its
 * pipeline has finished since; `abandoned` where somebody who worked on a shard left it; `waiting` where only shards are
 * left that nobody has begun; `open` where every shard is done and the run is not finished, and where no more is known,
 * since only the ingest database was asked; `done` once it is finished.
 */
export type RunState = 'running' | 'superseded' | 'abandoned' | 'waiting' | 'open' | 'done';

/** `open` where only the ingest database was asked: not done. */
export type ShardState = 'running' | 'abandoned' | 'waiting' | 'open' | 'done';

/** What an item came to; those gone from the source that were deleted are no items read. */
export type StatusCounts = Counts & { readonly deleted: number };

export interface RunStatus {
  /** A UUID. */
  readonly run: string;
  readonly pipeline: string;
  /** The quarantine where it is a retry; null where only the ingest database was asked. */
  readonly reads: 'source' | 'quarantine' | null;
  readonly planned: Date;
  readonly finished: Date | null;
  readonly state: RunState;
  readonly counts: StatusCounts;
  /** Batches that are not in ingestion_log yet; null where only the ingest database was asked. */
  readonly unsettled: number | null;
  /** Items in quarantine since this run, by reason; null where only the ingest database was asked. */
  readonly reasons: Readonly<Record<string, number>> | null;
  /** In their order, without the deletion of what is gone. */
  readonly shards: readonly ShardStatus[];
}

export interface ShardStatus {
  /** From 1. */
  readonly shard: number;
  readonly state: ShardState;
  readonly counts: StatusCounts;
  /** Of the last minute while it runs; of its whole time once it is done, stops among it; else null. */
  readonly itemsPerSecond: number | null;
  /** When it was done, or its last batch; null where there is none. */
  readonly lastWord: Date | null;
  /** Machine and process that work on it or were the last to; null where nobody is known. */
  readonly holder: string | null;
}

/** Which runs: one by its id, or the last of a pipeline or of all. */
export interface WantedStatus {
  readonly run: string | null;
  readonly pipeline: string | null;
}

/** Runs that are told of where none is named. */
export const MOST_RUNS = 10;

/** A run as a database has it, and whether a later one of its pipeline has finished. */
export type RunRow = Omit<RunStatus, 'reads' | 'state' | 'counts' | 'shards'> & {
  readonly isSuperseded: boolean;
  /** As the run was planned with; null where nobody knows. */
  readonly source: string | null;
};

/** A shard as a database has it; 0 is the deletion of what is gone. */
export type ShardRow = Omit<ShardStatus, 'counts'> & ShardCounts & { readonly run: string };

type ShardCounts = Omit<StatusCounts, 'read'>;

/** Puts runs together from their rows and those of their shards. */
export function describeRuns(runs: readonly RunRow[], shards: readonly ShardRow[]): readonly RunStatus[] {
  return runs.map(({ isSuperseded, source, ...run }) => {
    const rows = shards.filter((shard) => shard.run === run.run);
    const own = rows.filter(({ shard }) => shard > 0).map(describeShard);
    const counts = sumShards(rows);
    const reads = source === null ? null : readRetry({ source }) === null ? 'source' : 'quarantine';
    return { ...run, reads, state: findState(run.finished !== null, isSuperseded, own), counts, shards: own };
  });
}

function findState(isFinished: boolean, isSuperseded: boolean, shards: readonly ShardStatus[]): RunState {
  const has = (state: ShardState) => shards.some((shard) => shard.state === state);
  if (isFinished) return 'done';
  if (has('running')) return 'running';
  if (isSuperseded) return 'superseded';
  if (has('abandoned')) return 'abandoned';
  return has('waiting') ? 'waiting' : 'open';
}

function describeShard(row: ShardRow): ShardStatus {
  const { shard, state, itemsPerSecond, lastWord, holder } = row;
  return { shard, state, counts: readCounts(row), itemsPerSecond, lastWord, holder };
}

/** What a run came to. */
export function sumShards(rows: readonly ShardCounts[]): StatusCounts {
  return rows.map(readCounts).reduce(addCounts, noStatusCounts);
}

function readCounts(row: ShardCounts): StatusCounts {
  const { inserted, updated, unchanged, ignored, duplicates, quarantined, deleted } = row;
  const read = inserted + updated + unchanged + ignored + duplicates + quarantined;
  return { read, inserted, updated, unchanged, ignored, duplicates, quarantined, deleted };
}

const noStatusCounts: StatusCounts = {
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  ignored: 0,
  duplicates: 0,
  quarantined: 0,
  deleted: 0,
};

function addCounts(one: StatusCounts, other: StatusCounts): StatusCounts {
  const sum: { -readonly [Name in keyof StatusCounts]: number } = { ...one };
  for (const name of Object.keys(sum) as (keyof StatusCounts)[]) sum[name] += other[name];
  return sum;
}
