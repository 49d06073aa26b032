import { formatInstant, type Instant, MICROSECONDS_A_DAY, parseInstant } from './instant.ts';

/** Moments from one to another, both of them in it; null where it is open. */
export interface Period {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

export const allTime: Period = { from: null, to: null };

/**
 * Reads what STAC APIs call `datetime` (OGC API Features, 'Parameter datetime'): one moment, or START/END with `..` or
 * nothing where it is open. A date alone is its whole day in UTC, as pystac-client has it. Null where it is none, or
 * ends before it starts.
 */
export function parsePeriod(text: string): Period | null {
  const ends = parseEnds(text);
  return ends === null || isEmpty(ends) ? null : ends;
}

/** Whether a text that `parsePeriod` does not take is two times in the wrong order. */
export function isReversed(text: string): boolean {
  const ends = parseEnds(text);
  return ends !== null && isEmpty(ends);
}

function parseEnds(text: string): Period | null {
  const [start = '', end = start, more] = text.split('/');
  if (more !== undefined) return null;
  const [first, last] = [parseEnd(start), parseEnd(end)];
  if (first === null || last === null || (first === 'open' && last === 'open')) return null;
  return { from: first === 'open' ? null : first.from, to: last === 'open' ? null : last.to };
}

function parseEnd(text: string): { readonly from: Instant; readonly to: Instant } | 'open' | null {
  if (text === '' || text === '..') return 'open';
  const from = parseInstant(text);
  if (from === null) return null;
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  return { from, to: isDate ? from + MICROSECONDS_A_DAY - 1n : from };
}

/** In RFC 3339: one moment, or an interval; null for all time, which has no form. */
export function formatPeriod({ from, to }: Period): string | null {
  if (from === null && to === null) return null;
  return from === to ? formatEnd(from) : `${formatEnd(from)}/${formatEnd(to)}`;
}

function formatEnd(instant: Instant | null): string {
  return instant === null ? '..' : formatInstant(instant).replace(' ', 'T').replace('+00', 'Z');
}

/** What is in all of them; null where nothing is. */
export function meetPeriods(...periods: readonly Period[]): Period | null {
  const met = periods.reduce(({ from, to }, other) => ({
    from: from === null || (other.from !== null && other.from > from) ? other.from : from,
    to: to === null || (other.to !== null && other.to < to) ? other.to : to,
  }));
  return isEmpty(met) ? null : met;
}

/** Whether an item is found by a search for the period, as pgSTAC searches: it ends no earlier and starts no later. */
export function isWithin(item: { readonly start: Instant; readonly end: Instant }, { from, to }: Period): boolean {
  return (from === null || item.end >= from) && (to === null || item.start <= to);
}

function isEmpty({ from, to }: Period): boolean {
  return from !== null && to !== null && from > to;
}
