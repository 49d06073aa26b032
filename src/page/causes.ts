import type { LineCauses, ViewArtifacts, ViewFile, ViewPlace } from '../view/artifacts.ts';

/** A place of the spec that made a line: it decides the line's text, or without it there would be no such line. */
export interface Reason {
  readonly place: ViewPlace;
  readonly effect: 'text' | 'presence';
}

/** What made one line of a file, what decides its text first; none of a line that every platform has. */
export function listReasons({ places }: ViewArtifacts, { causes }: ViewFile, line: number): readonly Reason[] {
  const reasons = causes
    .filter(([from = 0, to = 0]) => from <= line && line <= to)
    .flatMap(([, , ...numbers]) => numbers)
    .flatMap((number): readonly Reason[] => {
      const place = places[Math.abs(number) - 1];
      return place === undefined ? [] : [{ place, effect: number > 0 ? 'text' : 'presence' }];
    });
  return [...reasons.filter(({ effect }) => effect === 'text'), ...reasons.filter(({ effect }) => effect !== 'text')];
}

/** The lines of the spec that are behind some reasons. */
export function listMarks(reasons: readonly Reason[]): ReadonlySet<number> {
  return new Set(reasons.flatMap(({ place }) => (place.kind === 'written' ? [place.line] : [])));
}

/** The lines of a file that a line of the spec makes. */
export function markLines(artifacts: ViewArtifacts, file: ViewFile, specLine: number): ReadonlySet<number> {
  const wanted = findPlaces(artifacts, specLine);
  const ranges = file.causes.filter((causes) => isOf(causes, wanted));
  return new Set(ranges.flatMap(([from = 0, to = 0]) => Array.from({ length: to - from + 1 }, (_, at) => from + at)));
}

/** How many lines of each file a line of the spec makes; no entry for a file without. */
export function countLines(artifacts: ViewArtifacts, specLine: number): ReadonlyMap<string, number> {
  const wanted = findPlaces(artifacts, specLine);
  const counts = artifacts.files.map(({ path, causes }) => {
    const ranges = causes.filter((one) => isOf(one, wanted));
    return [path, ranges.reduce((sum, [from = 0, to = 0]) => sum + to - from + 1, 0)] as const;
  });
  return new Map(counts.filter(([, count]) => count > 0));
}

/** The numbers of what is written in a line of the spec. */
function findPlaces({ places }: ViewArtifacts, line: number): ReadonlySet<number> {
  return new Set(places.flatMap((place, at) => (place.kind === 'written' && place.line === line ? [at + 1] : [])));
}

function isOf([, , ...numbers]: LineCauses, wanted: ReadonlySet<number>): boolean {
  return numbers.some((number) => wanted.has(Math.abs(number)));
}
