import type { Cause, Hit } from './causes.ts';
import { environmentPath, rankHits } from './causes.ts';
import { type Effects, findEffects, joinTouches } from './effects.ts';
import { findTouches } from './touches.ts';
import type { Trace } from './trace.ts';

/** Everything that one environment's artifacts are made by: each place of the spec with the lines it makes. */
export interface CauseMap {
  readonly environment: string;
  /** False where the spec names no environments. */
  readonly named: boolean;
  readonly places: readonly MappedPlace[];
}

export interface MappedPlace extends Pick<Hit, 'path' | 'kind'> {
  readonly effects: Effects;
}

/** Asks every place of the spec, a few emissions each: `onPlace` hears how far it is. */
export function mapCauses(trace: Trace, onPlace: (done: number, all: number) => void = () => {}): CauseMap {
  const places = trace.probes.map((probe, index): MappedPlace => {
    onPlace(index, trace.probes.length);
    return { path: probe.path, kind: probe.kind, effects: findEffects(trace, [probe]) };
  });
  return { environment: trace.environment, named: trace.named, places: [...places, ...mapEnvironment(trace)] };
}

/** The environment's own name; no place where it stands nowhere. */
export function mapEnvironment(trace: Trace): readonly MappedPlace[] {
  const renamed = trace.emitRenamed();
  if (renamed === null) return [];
  return [
    { path: environmentPath(trace), kind: 'environment', effects: joinTouches(findTouches(trace.base, renamed)) },
  ];
}

/** What `findCauses` says of a line, read from the map. */
export function lookUpCauses(map: CauseMap, file: string, line: number): readonly Cause[] {
  const hits = map.places.flatMap(({ path, kind, effects }): readonly Hit[] => {
    const touches = effects.get(file)?.get(line);
    return touches === undefined ? [] : [{ path, kind, touches }];
  });
  return rankHits(map, hits);
}
