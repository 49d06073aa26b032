import type { Place, SpecPath } from '../spec/node.ts';
import type { Cause } from './causes.ts';
import type { Effects } from './effects.ts';
import { type CauseMap, lookUpCauses, type MappedPlace } from './map.ts';
import { formatPath } from './spec-path.ts';
import { splitLines, type Touch } from './touches.ts';
import type { Trace } from './trace.ts';

/** Lines of an artifact from 1, both ends counted. */
export type LineRange = readonly [from: number, to: number];

/** The map as `.platform/<environment>.map.json` holds it: from the spec to the lines, and from the lines to the spec. */
export interface MapFile extends MapHeading {
  readonly mapVersion: 1;
  readonly environment: string;
  /** False where the spec names no environments: the only one is `default`. */
  readonly named: boolean;
  /** In the order of the spec; those that make no line are there too. */
  readonly places: readonly PlaceEntry[];
  /** By path, lines with the same causes together. */
  readonly lines: Readonly<Record<string, readonly LineEntry[]>>;
  /** Lines that carry the spec's own text, and so come from every line of it. */
  readonly carriers: Readonly<Record<string, readonly LineRange[]>>;
}

export interface PlaceEntry {
  readonly path: string;
  readonly steps: SpecPath;
  /** `value` and `part` were written; a `default` was not; `environment` is the environment's own name. */
  readonly kind: MappedPlace['kind'];
  /** Where it is written, or where it would be. */
  readonly place: Place;
  /** What other values there do to the lines of an artifact. */
  readonly lines: Readonly<Record<string, Readonly<Partial<Record<Touch, readonly LineRange[]>>>>>;
}

export interface LineEntry {
  readonly lines: LineRange;
  readonly causes: readonly { readonly path: string; readonly effect: Cause['effect'] }[];
}

/** What the map is true of. */
export interface MapHeading {
  /** The compiler's version. */
  readonly compiler: string;
  readonly spec: { readonly path: string; readonly sha256: string };
  /** Of every path and text, so that another build of the same version is told apart. */
  readonly artifacts: { readonly sha256: string };
}

/** Sorted and without a clock: the same spec gives the same bytes. */
export function toMapFile(
  trace: Trace,
  map: CauseMap,
  heading: MapHeading,
  locate: (path: SpecPath) => Place,
): MapFile {
  return {
    mapVersion: 1,
    ...heading,
    environment: map.environment,
    named: map.named,
    places: map.places.map(({ path, kind, effects }) => ({
      path: formatPath(path),
      steps: path,
      kind,
      place: locate(path),
      lines: Object.fromEntries([...effects].map(([file, lines]) => [file, groupTouches(lines)])),
    })),
    lines: Object.fromEntries([...trace.base].map(([file, text]) => [file, listLines(map, file, text)])),
    carriers: Object.fromEntries(trace.findCarriers().map(({ path, lines }) => [path, toRanges([...lines.keys()])])),
  };
}

/** The map of a file that `toMapFile` made. */
export function fromMapFile({ environment, named, places }: MapFile): CauseMap {
  return {
    environment,
    named,
    places: places.map(({ steps, kind, lines }) => ({
      path: steps,
      kind,
      effects: new Map(Object.entries(lines).map(([file, touches]) => [file, spreadTouches(touches)])),
    })),
  };
}

function groupTouches(lines: ReadonlyMap<number, ReadonlySet<Touch>>): Partial<Record<Touch, readonly LineRange[]>> {
  const having = (touch: Touch) => [...lines].filter(([, touches]) => touches.has(touch)).map(([line]) => line);
  const all = (['altered', 'gone'] as const).map((touch) => [touch, toRanges(having(touch))] as const);
  return Object.fromEntries(all.filter(([, ranges]) => ranges.length > 0));
}

function spreadTouches(touches: PlaceEntry['lines'][string]): Effects extends ReadonlyMap<string, infer T> ? T : never {
  const lines = new Map<number, Set<Touch>>();
  for (const touch of ['altered', 'gone'] as const)
    for (const [from, to] of touches[touch] ?? [])
      for (let line = from; line <= to; line++) lines.set(line, (lines.get(line) ?? new Set()).add(touch));
  return lines;
}

/** Lines that follow each other as ranges. */
export function toRanges(lines: readonly number[]): readonly LineRange[] {
  const ranges: [number, number][] = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && line <= last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges;
}

/** Lines of an artifact, those with the same causes together. */
export function listLines(map: CauseMap, file: string, text: string): readonly LineEntry[] {
  const entries: { lines: [number, number]; causes: LineEntry['causes'] }[] = [];
  const own = { ...map, places: map.places.filter(({ effects }) => effects.has(file)) };
  for (let line = 1; line <= splitLines(text).length; line++) {
    const causes = lookUpCauses(own, file, line).map(({ path, effect }) => ({ path: formatPath(path), effect }));
    const last = entries.at(-1);
    if (last !== undefined && JSON.stringify(last.causes) === JSON.stringify(causes)) last.lines[1] = line;
    else entries.push({ lines: [line, line], causes });
  }
  return entries;
}
