import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import type { ViewIngested, ViewItems } from '../../view/ingested.ts';
import { type Bounds, type Camera, findBounds, fitBounds, limitCamera, type Size, world } from './camera.ts';
import { type Bars, chooseBars } from './choose-bars.ts';
import { Histogram, type Range } from './histogram.tsx';
import { Legend } from './legend.tsx';
import { ItemDetails, ItemList } from './list.tsx';
import { FootprintMap } from './map.tsx';
import { chooseColours, usePalette } from './palette.ts';
import { Summary } from './summary.tsx';
import { type Items as Unpacked, unpackItems } from './unpack-items.ts';
import { NothingIngested, Unread } from './unread.tsx';

/** Where the ingested items are, and when: a map, a histogram to brush, and a list of what is in view. */
export function Items({ data }: { readonly data: ViewIngested }) {
  if (data.kind === 'unread') return <Unread data={data} />;
  if (data.items === null) return <p class="soft">{data.lacking}: where the items are is known there only.</p>;
  if (data.items.total === 0) return <NothingIngested command={data.commands.ingest} />;
  return <Explore data={data.items} place={data.place} />;
}

function Explore({ data, place }: { readonly data: ViewItems; readonly place: string }) {
  const items = useMemo(() => unpackItems(data), [data]);
  const colours = useMemo(() => chooseColours(data.collections), [data]);
  const bars = useMemo(() => chooseBars(data.bins, data.collections.length, 80), [data]);
  const palette = usePalette();
  const [isHidden, setHidden] = useState<readonly boolean[]>(() => data.collections.map(() => false));
  const [range, setRange] = useState<Range | null>(null);
  const [view, setView] = useView(items);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [pointed, setPointed] = useState<number | null>(null);
  const isShown = useMemo(() => filterItems(items, bars, isHidden, range), [items, bars, isHidden, range]);
  const counts = useMemo(() => countItems(data, bars, range), [data, bars, range]);
  const marked = pointed ?? chosen[0] ?? null;
  const total = counts.reduce((sum, count, at) => (isHidden[at] ? sum : sum + count), 0);
  const names = (item: number) => data.collections[items.collection[item] ?? 0]?.id ?? '';
  // Told apart from what changes with every step of the map: hundreds of bars need not be compared for that.
  const histogram = useMemo(
    () => <Histogram {...{ bars, colours, palette, isHidden, range }} onBrush={setRange} />,
    [bars, colours, palette, isHidden, range],
  );
  return (
    <div class="items">
      <Summary data={data} items={items} bars={bars} range={range} total={total} onAll={() => setRange(null)} />
      <div class="explore">
        <FootprintMap
          items={items}
          isShown={isShown}
          colours={colours}
          palette={palette}
          camera={view.camera}
          size={view.size}
          marked={marked}
          description="Map of footprints. Arrow keys pan, plus and minus zoom, 0 fits. The list below has the same items."
          onResize={view.onResize}
          onMove={setView}
          onFit={view.onFit}
          onPoint={([first]) => setPointed(first ?? null)}
          onChoose={setChosen}
        />
        <aside>
          <Legend collections={data.collections} {...{ colours, palette, counts, isHidden }} onToggle={setHidden} />
          <ItemDetails
            items={items}
            chosen={chosen}
            names={names}
            onTurn={() => setChosen(([first, ...rest]) => (first === undefined ? [] : [...rest, first]))}
          />
        </aside>
      </div>
      {histogram}
      <ItemList
        items={items}
        isShown={isShown}
        bounds={findBounds(view.camera, view.size)}
        marked={chosen[0] ?? null}
        names={names}
        onChoose={(item) => setChosen([item])}
        onPoint={setPointed}
      />
      <p class="soft">Read from {place}.</p>
    </div>
  );
}

/** The camera: it fits all items until somebody moves it. */
function useView(items: Unpacked) {
  const bounds = useMemo(() => findExtent(items), [items]);
  const [size, setSize] = useState<Size>({ width: 1, height: 1 });
  const [camera, setCamera] = useState<Camera | null>(null);
  const isSame = useRef(size);
  const onResize = useCallback((next: Size) => {
    if (next.width === isSame.current.width && next.height === isSame.current.height) return;
    isSame.current = next;
    setSize(next);
  }, []);
  const fitted = useMemo(() => fitBounds(bounds, size), [bounds, size]);
  const view = {
    camera: camera === null ? fitted : limitCamera(camera, size),
    size,
    onResize,
    onFit: () => setCamera(null),
  };
  return [view, setCamera] as const;
}

/** The box around all items; the whole world where that is half of it. */
function findExtent({ boxes, count }: Unpacked): Bounds {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let item = 0; item < count; item += 1) {
    west = Math.min(west, boxes[item * 4] || west);
    south = Math.min(south, boxes[item * 4 + 1] || south);
    east = Math.max(east, boxes[item * 4 + 2] || east);
    north = Math.max(north, boxes[item * 4 + 3] || north);
  }
  return west > east || east - west > 180 ? world : [west, south, east, north];
}

function filterItems(items: Unpacked, { edges }: Bars, isHidden: readonly boolean[], range: Range | null): Uint8Array {
  const [from, until] = range === null ? [-Infinity, Infinity] : [edges[range[0]] ?? 0, edges[range[1]] ?? 0];
  const shown = new Uint8Array(items.count);
  for (let item = 0; item < items.count; item += 1) {
    const start = items.start[item] ?? 0;
    if (start >= from && start < until && !isHidden[items.collection[item] ?? 0]) shown[item] = 1;
  }
  return shown;
}

/** How many items of each collection begin in a range: of all of them, drawn or not. */
function countItems(data: ViewItems, { counts }: Bars, range: Range | null): readonly number[] {
  if (range === null) return data.collections.map(({ total }) => total);
  return data.collections.map((_, place) => counts.slice(...range).reduce((sum, own) => sum + (own[place] ?? 0), 0));
}
