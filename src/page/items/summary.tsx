import { useMemo } from 'preact/hooks';
import type { ViewItems } from '../../view/ingested.ts';
import type { Bars } from './choose-bars.ts';
import { formatCount, formatMoment } from './format.ts';
import type { Range } from './histogram.tsx';
import type { Items } from './unpack-items.ts';

interface SummaryProps {
  readonly data: ViewItems;
  readonly items: Items;
  readonly bars: Bars;
  readonly range: Range | null;
  /** Of all items, how many are chosen. */
  readonly total: number;
  readonly onAll: () => void;
}

/** How many items are chosen, when they begin, and what of them is not on the map. */
export function Summary({ data, items, bars: { edges }, range, total, onAll }: SummaryProps) {
  const unplaced = useMemo(() => items.boxes.filter((edge, at) => at % 4 === 0 && Number.isNaN(edge)).length, [items]);
  return (
    <>
      <p class="summary" aria-live="polite">
        <strong>{formatCount(total)}</strong> of {formatCount(data.total)} items
        {range === null
          ? null
          : `, from ${formatMoment(edges[range[0]] ?? 0)} until ${formatMoment(edges[range[1]] ?? 0)} (UTC)`}
        {range === null ? null : (
          <button type="button" onClick={onAll}>
            All times
          </button>
        )}
      </p>
      {items.count < data.total ? (
        <p class="soft">
          Drawn are {formatCount(items.count)} of {formatCount(data.total)}, sampled evenly; the counts are of all.
        </p>
      ) : null}
      {unplaced > 0 ? (
        <p class="soft">
          {formatCount(unplaced)} of the drawn have an empty footprint: the list has them, where the map is the whole
          world.
        </p>
      ) : null}
    </>
  );
}
