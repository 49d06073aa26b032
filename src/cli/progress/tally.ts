import type { AssetOutcome, Happening, Progress, ShardPlace } from '../../ingest/progress.ts';
import { type Counts, noCounts } from '../../ingest/run/outcome.ts';

/** What is known of one shard, or, with `at` null, of what is done for no shard: finishing a run. */
export interface ShardTally {
  readonly at: ShardPlace | null;
  /** `stopped`: its runner ended before it was done. */
  readonly state: 'waiting' | 'running' | 'done' | 'stopped';
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly counts: Counts;
  readonly retries: Readonly<Record<RetriedOf, number>>;
  readonly assets: Readonly<Record<AssetOutcome, number>>;
  readonly assetBytes: number;
  /** Of the source, whoever's shard the items are. */
  readonly read: Amount;
  /** Null where the source does not say. */
  readonly expected: { readonly documents: number | null; readonly bytes: number | null };
  /** Documents read at most; null for all. */
  readonly limit: number | null;
  /** What was so some seconds ago and since, the oldest first. */
  readonly history: readonly Moment[];
}

export type RetriedOf = Extract<Happening, { kind: 'retry' }>['of'];

interface Amount {
  readonly documents: number;
  readonly bytes: number;
}

interface Moment extends Amount {
  readonly time: number;
  readonly items: number;
}

/** How long ago the speed that is shown began. */
const WINDOW_MS = 15_000;
const MOMENT_EVERY_MS = 500;

/** The shard after `progress`. */
export function addProgress(tally: ShardTally, progress: Progress, now: number): ShardTally {
  const next = { ...tally, ...describeChange(tally, progress) };
  const last = tally.history.at(-1);
  if (progress.kind === 'started') return { ...next, history: [momentOf(next, now)] };
  if (last !== undefined && now - last.time < MOMENT_EVERY_MS) return next;
  // The youngest that is older than the window is kept: the speed is measured from there.
  const old = next.history.findLastIndex(({ time }) => now - time >= WINDOW_MS);
  return { ...next, history: [...next.history.slice(Math.max(old, 0)), momentOf(next, now)] };
}

function describeChange(tally: ShardTally, progress: Progress): Partial<ShardTally> {
  const { read, expected, retries, assets, assetBytes } = tally;
  switch (progress.kind) {
    case 'waiting':
      return { state: 'waiting' };
    case 'started':
      return { state: 'running', limit: progress.limit };
    case 'done':
      return { state: 'done' };
    case 'batch':
      return { counts: progress.counts, read: { ...read, documents: read.documents + progress.documents } };
    case 'read':
      return { read: { ...read, bytes: read.bytes + progress.bytes } };
    case 'expected':
      return {
        expected: {
          documents: sum(expected.documents, progress.documents),
          bytes: sum(expected.bytes, progress.bytes),
        },
      };
    case 'retry':
      return { retries: { ...retries, [progress.of]: retries[progress.of] + 1 } };
    case 'warning':
      return {};
    case 'asset':
      return {
        assets: { ...assets, [progress.outcome]: assets[progress.outcome] + 1 },
        assetBytes: assetBytes + progress.bytes,
      };
    default:
      return progress satisfies never;
  }
}

export function startTally(at: ShardPlace | null, now: number): ShardTally {
  return {
    at,
    state: 'waiting',
    since: now,
    counts: noCounts,
    retries: { database: 0, source: 0, assets: 0 },
    assets: { fetched: 0, present: 0, failed: 0 },
    assetBytes: 0,
    read: { documents: 0, bytes: 0 },
    expected: { documents: null, bytes: null },
    limit: null,
    history: [],
  };
}

function momentOf({ counts, read }: ShardTally, time: number): Moment {
  return { time, items: counts.read, ...read };
}

function sum(one: number | null, other: number | undefined): number | null {
  return other === undefined ? one : (one ?? 0) + other;
}

/** Items per second of the last seconds; null before there is anything to measure. */
export function measureSpeed({ counts, history }: ShardTally, now: number): number | null {
  const from = history[0];
  if (from === undefined || now - from.time < MOMENT_EVERY_MS) return null;
  return ((counts.read - from.items) * 1000) / (now - from.time);
}

/**
 * How much of its source a shard has read, from 0 to 1, and the seconds that the rest takes at the speed of the last
 * ones. Null where the source does not say how much there is.
 */
export function estimateRest(
  tally: ShardTally,
  now: number,
): { readonly share: number; readonly seconds: number | null } | null {
  const { read, expected, history } = tally;
  const documents = expectDocuments(tally);
  const unit = documents !== null ? 'documents' : 'bytes';
  const all = documents ?? expected.bytes;
  if (all === null || all <= 0) return null;
  const share = Math.min(read[unit] / all, 1);
  const from = history[0];
  const speed = from === undefined || now <= from.time ? 0 : (read[unit] - from[unit]) / (now - from.time);
  return { share, seconds: speed > 0 ? Math.max(all - read[unit], 0) / speed / 1000 : null };
}

/** Documents that the shard will have read; null where neither the source nor a limit says. */
export function expectDocuments({ expected, limit }: ShardTally): number | null {
  if (limit === null) return expected.documents;
  return Math.min(limit, expected.documents ?? limit);
}
