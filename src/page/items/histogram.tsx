import { scaleLinear, scaleUtc } from 'd3-scale';
import { useRef } from 'preact/hooks';
import type { Bars } from './choose-bars.ts';
import { formatMoment } from './format.ts';
import { formatColour, type Palette } from './palette.ts';

/** From one edge of the bars up to another. */
export type Range = readonly [from: number, to: number];

interface HistogramProps {
  readonly bars: Bars;
  readonly colours: Uint8Array;
  readonly palette: Palette;
  readonly isHidden: readonly boolean[];
  /** Null for all of it. */
  readonly range: Range | null;
  readonly onBrush: (range: Range | null) => void;
}

const [WIDTH, HEIGHT, BELOW] = [1000, 110, 22];

/** When items begin, by collection; a span of it is chosen by dragging, or by two sliders. */
export function Histogram({ bars, colours, palette, isHidden, range, onBrush }: HistogramProps) {
  const { edges, counts } = bars;
  const begun = useRef<number | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const last = edges.length - 1;
  const x = scaleLinear()
    .domain([edges[0] ?? 0, edges[last] ?? 1])
    .range([0, WIDTH]);
  const shown = counts.map((own) => own.map((items, place) => (isHidden[place] ? 0 : items)));
  const most = Math.max(1, ...shown.map((own) => own.reduce((sum, items) => sum + items, 0)));
  const [from, to] = range ?? [0, last];
  const fills = Array.from(colours, (colour) => formatColour(palette.colours[colour]));
  const choose = (one: number, other: number) => {
    const next: Range = [Math.min(one, other), Math.max(one, other)];
    onBrush(next[0] === 0 && next[1] === last ? null : next);
  };
  const findBar = ({ clientX }: PointerEvent): number => {
    const box = svg.current?.getBoundingClientRect();
    const moment = x.invert(((clientX - (box?.left ?? 0)) / (box?.width || 1)) * WIDTH);
    const after = edges.findIndex((edge) => edge > moment);
    return Math.max(0, Math.min(last - 1, (after === -1 ? last : after) - 1));
  };
  const brush = (event: PointerEvent) => {
    if (begun.current === null) return;
    const [one, other] = [begun.current, findBar(event)];
    choose(Math.min(one, other), Math.max(one, other) + 1);
  };
  return (
    <div class="histogram">
      <div class="plot">
        <svg
          ref={svg}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            begun.current = findBar(event);
            brush(event);
          }}
          onPointerMove={brush}
          onPointerUp={() => {
            begun.current = null;
          }}
        >
          <rect width={WIDTH} height={HEIGHT} class="under" />
          <rect
            x={x(edges[from] ?? 0)}
            width={x(edges[to] ?? 0) - x(edges[from] ?? 0)}
            height={HEIGHT}
            class="brushed"
          />
          {shown.map((own, bar) => (
            <Bar
              key={edges[bar]}
              counts={own}
              most={most}
              left={x(edges[bar] ?? 0)}
              right={x(edges[bar + 1] ?? 0)}
              isBrushed={bar >= from && bar < to}
              fills={fills}
            />
          ))}
        </svg>
        {([0, 1] as const).map((end) => (
          <BrushHandle
            key={end}
            end={end}
            at={end === 0 ? from : to}
            edges={edges}
            limits={end === 0 ? [0, to - 1] : [from + 1, last]}
            left={x(edges[end === 0 ? from : to] ?? 0) / WIDTH}
            onMove={(next) => (end === 0 ? choose(next, to) : choose(from, next))}
          />
        ))}
      </div>
      <Axis edges={edges} />
    </div>
  );
}

interface BarProps {
  /** By collection. */
  readonly counts: readonly number[];
  /** Of the highest bar. */
  readonly most: number;
  readonly left: number;
  readonly right: number;
  readonly isBrushed: boolean;
  readonly fills: readonly string[];
}

/** The collections on each other, with a gap to the next bar. */
function Bar({ counts, most, left, right, isBrushed, fills }: BarProps) {
  const width = Math.max(1, right - left - Math.min(2, (right - left) / 6));
  let top = HEIGHT;
  return (
    <g opacity={isBrushed ? 1 : 0.25}>
      {counts.map((items, place) => {
        if (items === 0) return null;
        const height = Math.max(1, (items / most) * (HEIGHT - 4));
        top -= height;
        return <rect key={`${place}`} x={left} y={top} width={width} height={height} fill={fills[place]} />;
      })}
    </g>
  );
}

interface HandleProps {
  readonly end: 0 | 1;
  readonly at: number;
  readonly edges: readonly number[];
  readonly limits: readonly [number, number];
  /** Of the width, 0 to 1. */
  readonly left: number;
  readonly onMove: (to: number) => void;
}

function BrushHandle({ end, at, edges, limits: [least, most], left, onMove }: HandleProps) {
  const large = Math.max(1, Math.round((edges.length - 1) / 10));
  const onKeyDown = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - large,
      PageUp: at + large,
      Home: least,
      End: most,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onMove(Math.max(least, Math.min(most, to)));
  };
  return (
    <div
      class="handle"
      style={{ left: `${100 * left}%` }}
      role="slider"
      tabIndex={0}
      aria-label={end === 0 ? 'From' : 'Until'}
      aria-orientation="horizontal"
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={at}
      aria-valuetext={formatMoment(edges[at] ?? 0)}
      onKeyDown={onKeyDown}
    />
  );
}

function Axis({ edges }: { readonly edges: readonly number[] }) {
  const scale = scaleUtc()
    .domain([edges[0] ?? 0, edges.at(-1) ?? 1])
    .range([0, 100]);
  const format = scale.tickFormat();
  return (
    <div class="axis" style={{ height: `${BELOW}px` }} aria-hidden="true">
      {scale.ticks(7).map((tick) => (
        <span key={Number(tick)} style={{ left: `${scale(tick)}%` }}>
          {format(tick)}
        </span>
      ))}
    </div>
  );
}
