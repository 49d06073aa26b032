import { type Bounds, isSeen } from './camera.ts';
import { formatCount, formatMoment } from './format.ts';
import type { Items } from './unpack-items.ts';

/** Rows of the list: who wants others moves the map, or narrows the time. */
const MOST_ROWS = 200;

interface DetailsProps {
  readonly items: Items;
  /** The first is the one that is told of. */
  readonly chosen: readonly number[];
  readonly names: (item: number) => string;
  readonly onTurn: () => void;
}

/** The item that was clicked, or the first of those that lie there on each other. */
export function ItemDetails({ items, chosen, names, onTurn }: DetailsProps) {
  const item = chosen[0];
  if (item === undefined) return <p class="hint">Click a footprint, or a row of the list, to see which item it is.</p>;
  return (
    <section class="details" aria-label="Chosen item" aria-live="polite">
      <h3>
        <bdi>{items.ids[item]}</bdi>
      </h3>
      <dl>
        <dt>Collection</dt>
        <dd>
          <bdi>{names(item)}</bdi>
        </dd>
        <dt>Time (UTC)</dt>
        <dd>{formatPeriod(items, item)}</dd>
        <dt>West, south, east, north</dt>
        <dd>{formatBox(items, item)}</dd>
      </dl>
      {chosen.length > 1 ? (
        <button type="button" onClick={onTurn}>
          Next of {chosen.length} here
        </button>
      ) : null}
    </section>
  );
}

function formatPeriod({ start, end }: Items, item: number): string {
  const [from, until] = [start[item] ?? 0, end[item] ?? 0];
  return from === until ? formatMoment(from) : `${formatMoment(from)} – ${formatMoment(until)}`;
}

function formatBox({ boxes }: Items, item: number): string {
  const edges = [...boxes.subarray(item * 4, item * 4 + 4)];
  if (edges.some(Number.isNaN)) return 'no footprint';
  // East of the antimeridian is west again, as GeoJSON writes a box across it.
  return edges.map((edge, at) => (at % 2 === 0 && edge > 180 ? edge - 360 : edge).toFixed(3)).join(', ');
}

interface ListProps {
  readonly items: Items;
  readonly isShown: Uint8Array;
  readonly bounds: Bounds;
  readonly marked: number | null;
  readonly names: (item: number) => string;
  readonly onChoose: (item: number) => void;
  readonly onPoint: (item: number | null) => void;
}

/** The items that the map shows, in words: the first of them, and how many there are. */
export function ItemList({ items, isShown, bounds, marked, names, onChoose, onPoint }: ListProps) {
  const { rows, count } = listSeen(items, isShown, bounds);
  return (
    <section class="list" aria-label="Items in view">
      <table>
        <caption>
          {formatCount(count)} drawn in view{count > rows.length ? `; the first ${rows.length}` : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col">Collection</th>
            <th scope="col">Time (UTC)</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((item) => (
            <tr key={item} aria-current={item === marked ? 'true' : undefined}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  onClick={() => onChoose(item)}
                  onFocus={() => onPoint(item)}
                  onBlur={() => onPoint(null)}
                >
                  <bdi>{items.ids[item]}</bdi>
                </button>
              </th>
              <td>
                <bdi>{names(item)}</bdi>
              </td>
              <td class="moment">{formatPeriod(items, item)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What has no footprint is nowhere on the map, and in the list of the whole world. */
function listSeen(items: Items, isShown: Uint8Array, bounds: Bounds) {
  const isWorld = bounds[2] - bounds[0] >= 360;
  const rows: number[] = [];
  let count = 0;
  for (let item = 0; item < items.count; item += 1) {
    if (isShown[item] === 0) continue;
    if (!(isSeen(items.boxes, item, bounds) || (isWorld && Number.isNaN(items.boxes[item * 4])))) continue;
    count += 1;
    if (rows.length < MOST_ROWS) rows.push(item);
  }
  return { rows, count };
}
