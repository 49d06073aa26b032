import { type Instant, monthOf } from '../../item/instant.ts';
import { formatPeriod, type Period } from '../../item/period.ts';
import { type ShardBy, shardOf } from '../../item/shard.ts';

/** A stretch of time of one collection that is asked for by itself. */
export interface Window {
  /** Tells it from others of the source, on every run alike. */
  readonly name: string;
  readonly collection: string;
  /** What is asked for. Both ends are in it, and that of one window is the start of the next: whatever a server makes of an
   * end, or of a fraction of a second before it, no moment falls between two windows. */
  readonly period: Period;
  readonly shard: number;
}

/** So many cuts at most, the last ones; all before them is one window. */
const MOST_CUTS = 1200;
/** Where nothing says how far back an open start goes. */
const MOST_CUTS_OF_OPEN = 120;

export interface CutOptions {
  readonly collections: readonly string[];
  /** Open at one end at most. */
  readonly period: Period;
  readonly shardBy: 'month' | 'year';
  readonly shards: number;
  /** Where an open end is cut last. The same on every start and in every shard of a run. */
  readonly planned: Instant;
}

/** Cuts a time at the months (years) of UTC, as pgSTAC cuts its partitions: each shard has windows of its own. */
export function cutWindows({ collections, period, shardBy, shards, planned }: CutOptions): readonly Window[] {
  const edges = [period.from, ...listCuts(period, shardBy, planned), period.to];
  const periods = edges.slice(1).map((to, index): Period => ({ from: edges[index] ?? null, to }));
  return [...new Set(collections)].flatMap((collection) =>
    periods.map((one) => ({
      name: `${collection} ${formatPeriod(one)}`,
      collection,
      period: one,
      shard: shardOf(collection, one.from ?? (one.to ?? planned) - 1n, shardBy, shards),
    })),
  );
}

/** The starts of months (years) within a period, its own start left out. */
function listCuts({ from, to }: Period, shardBy: 'month' | 'year', planned: Instant): readonly Instant[] {
  const most = from === null ? MOST_CUTS_OF_OPEN : MOST_CUTS;
  const cuts: Instant[] = [];
  for (let cut = startOf(to ?? planned, shardBy, 0); cuts.length < most; cut = startOf(cut, shardBy, -1)) {
    if (from !== null && cut <= from) break;
    cuts.unshift(cut);
  }
  return cuts;
}

/** The start of the month (year) that an instant is in, or of one so many before (negative) or after it. */
function startOf(instant: Instant, by: Exclude<ShardBy, 'none'>, step: number): Instant {
  const { year, month } = monthOf(instant);
  // Date.UTC takes a year below 100 for one of the twentieth century.
  const date = new Date(0).setUTCFullYear(
    ...((by === 'year' ? [year + step, 0, 1] : [year, month - 1 + step, 1]) as [number, number, number]),
  );
  return BigInt(date) * 1000n;
}

/** When an item is, as a STAC API may compare it. */
export interface ItemTimes {
  readonly datetime: Instant | null;
  readonly start: Instant | null;
  readonly end: Instant | null;
}

/**
 * Whether another window is certain to give an item too, so that this one need not: the one that has its `datetime` (its
 * start, where that is null). Servers compare an item's `datetime`, or its whole range, or either; whichever it is, they
 * find it in a window that has the one and meets the other. The windows must be those of one collection.
 */
export function isGivenElsewhere(times: ItemTimes, here: Window, windows: readonly Window[]): boolean {
  const moment = times.datetime ?? times.start;
  if (moment === null) return false;
  // A moment at an edge is of the window that starts with it.
  const owner = windows.findLast(({ period }) => contains(period, moment));
  if (owner === undefined || owner === here) return false;
  return meets(times.start ?? moment, times.end ?? moment, owner.period);
}

/** Servers that count in seconds may give what is less than that outside. */
const LEEWAY = 1_000_000n;

/** Whether no server that heeds `datetime` finds an item in a period, whichever of its times it compares. */
export function isOutside({ datetime, start, end }: ItemTimes, period: Period): boolean {
  // A range with one end is nobody knows how long.
  if ((start === null) !== (end === null)) return false;
  const ranges = [[datetime, datetime] as const, [start, end] as const];
  const known = ranges.filter((range): range is readonly [Instant, Instant] => range[0] !== null);
  return known.length > 0 && known.every(([first, last]) => !meets(first - LEEWAY, last + LEEWAY, period));
}

function meets(first: Instant, last: Instant, { from, to }: Period): boolean {
  return (from === null || last >= from) && (to === null || first <= to);
}

function contains(period: Period, moment: Instant): boolean {
  return meets(moment, moment, period);
}
