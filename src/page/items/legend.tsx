import type { ViewItems } from '../../view/ingested.ts';
import { formatCount } from './format.ts';
import { formatColour, type Palette } from './palette.ts';

interface LegendProps {
  readonly collections: ViewItems['collections'];
  readonly colours: Uint8Array;
  readonly palette: Palette;
  /** By collection, of what is chosen. */
  readonly counts: readonly number[];
  readonly isHidden: readonly boolean[];
  readonly onToggle: (isHidden: readonly boolean[]) => void;
}

/** Which colour is which collection, how many items it has, and whether they are shown. */
export function Legend({ collections, colours, palette, counts, isHidden, onToggle }: LegendProps) {
  return (
    <fieldset class="legend">
      <legend>Collections</legend>
      {collections.map(({ id }, place) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={!isHidden[place]}
            onChange={() => onToggle(isHidden.map((hidden, at) => (at === place ? !hidden : hidden)))}
          />
          <span class="swatch" style={{ background: formatColour(palette.colours[colours[place] ?? 0]) }} />
          <bdi class="name">{id}</bdi>
          <span class="count">{formatCount(counts[place] ?? 0)}</span>
        </label>
      ))}
    </fieldset>
  );
}
