import type { Artifact } from '../artifact/artifact.ts';
import { findTargetOf } from '../emit/target.ts';
import type { CauseMap } from '../trace/map.ts';
import { type LineRange, listLines, toRanges } from '../trace/map-json.ts';
import type { Trace } from '../trace/trace.ts';
import type { LineCauses, ViewArtifacts, ViewFile, ViewPlace } from './artifacts.ts';
import type { Locate } from './locate.ts';

/**
 * Every file of an environment, each of its lines with what made it.
 *
 * @param artifacts All that compile writes, the lock among them.
 * @param map What `mapCauses` says of the trace.
 */
export function listArtifacts(
  artifacts: readonly Artifact[],
  trace: Trace,
  map: CauseMap,
  locate: Locate,
): ViewArtifacts {
  const places = [...map.places.map((place) => toPlace(place, locate)), whole];
  const numbers = new Map(places.map(({ path }, index) => [path, index + 1]));
  const carriers = new Map(trace.findCarriers().map(({ path, lines }) => [path, toRanges([...lines.keys()])]));
  const files = artifacts.map(({ path, text }): ViewFile => {
    const traced = trace.base.has(path) ? listCauses(map, path, text, numbers) : [];
    const carried = (carriers.get(path) ?? []).map(([from, to]): LineCauses => [from, to, places.length]);
    return {
      path,
      target: findTargetOf(path),
      bytes: Buffer.byteLength(text),
      text,
      causes: [...carried, ...traced],
    };
  });
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), places };
}

/** Lines that carry the spec's text come from every line of it. */
const whole: ViewPlace = { path: 'the whole spec', line: 0, kind: 'whole' };

function toPlace({ path }: CauseMap['places'][number], locate: Locate): ViewPlace {
  const { line, written, path: name } = locate(path);
  return { path: name, line, kind: written ? 'written' : 'default' };
}

function listCauses(
  map: CauseMap,
  file: string,
  text: string,
  numbers: ReadonlyMap<string, number>,
): readonly LineCauses[] {
  return listLines(map, file, text).flatMap(({ lines, causes }): readonly LineCauses[] => {
    const said = causes.flatMap(({ path, effect }) => {
      const number = numbers.get(path);
      return number === undefined ? [] : [effect === 'text' ? number : -number];
    });
    return said.length === 0 ? [] : [[...(lines satisfies LineRange), ...said]];
  });
}
