import { scaleUtc } from 'd3-scale';
import type { BinUnit, ViewBins } from '../../view/ingested.ts';

/** Bars of a histogram: bar `i` is from `edges[i]` up to `edges[i + 1]`, milliseconds since 1970. */
export interface Bars {
  readonly edges: readonly number[];
  /** By bar and collection. */
  readonly counts: readonly (readonly number[])[];
}

const DAY = 86_400_000;
const spans: Readonly<Record<BinUnit, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  month: 28 * DAY,
  year: 365 * DAY,
};

/** Puts bins of a fine unit into bars between even moments of UTC's calendar, at most about `most` of them. */
export function chooseBars({ unit, rows }: ViewBins, collections: number, most: number): Bars {
  const [first, last] = [rows[0]?.[0], rows.at(-1)?.[0]];
  if (first === undefined || last === undefined) return { edges: [], counts: [] };
  const edges = chooseEdges(first, last, spans[unit], most);
  const counts = edges.slice(1).map(() => Array<number>(collections).fill(0));
  let bar = 0;
  for (const [start, collection, items] of rows) {
    while (bar + 1 < counts.length && start >= (edges[bar + 1] ?? 0)) bar += 1;
    const own = counts[bar];
    if (own !== undefined) own[collection] = (own[collection] ?? 0) + items;
  }
  return { edges, counts };
}

/** Of no finer unit than the bins: they would fall between. */
function chooseEdges(first: number, last: number, span: number, most: number): readonly number[] {
  const end = last + span;
  for (let wanted = most; wanted > 1; wanted = Math.floor(wanted * 0.8)) {
    const scale = scaleUtc().domain([first, end]).nice(wanted);
    const ticks = scale.ticks(wanted).map(Number);
    if ((ticks[1] ?? 0) - (ticks[0] ?? 0) < span) continue;
    return [...new Set([...scale.domain().slice(0, 1).map(Number), ...ticks, ...scale.domain().slice(1).map(Number)])];
  }
  return [first, end];
}
