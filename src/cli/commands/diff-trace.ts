import type { SourceFile } from '../../diagnostic/source.ts';
import { diffPlatforms } from '../../diff/diff.ts';
import type { EnvironmentPair, Origin, SpecPlace, TouchedFile } from '../../diff/report.ts';
import { nameChange } from '../../diff/report.ts';
import type { Platform } from '../../model/platform.ts';
import { findNode, locateKey, type Place, type SpecPath } from '../../spec/node.ts';
import { listFiles, type TextHunk, traceSteps } from '../../trace/hunks.ts';
import { formatPath } from '../../trace/spec-path.ts';
import { type Difference, listModelSteps, listSteps, pairSpecs, type Step } from '../../trace/steps.ts';
import { type ReadSpec, readAgain } from '../read-again.ts';

/** Where each change comes from, and what it writes. */
export interface DiffTrace {
  readonly origins: readonly TracedOrigin[];
  /** How many places that differ were left out. */
  readonly untraced: number;
}

export interface TracedOrigin extends Origin {
  /** None for an environment that is made or goes: its files are made, or go, as a whole. */
  readonly hunks: readonly TextHunk[];
}

/** Both sides of a diff: the spec, and the one it is compared with where that is known. */
export interface DiffSpecs {
  readonly before: SourceFile | null;
  readonly after: SourceFile;
}

/**
 * Traces the places of the spec that differ, as many as a person would wait for; all of them with `all`. Where the spec
 * of the past is not known, the fields that differ are traced without a place.
 */
export async function traceDiff(pairs: readonly EnvironmentPair[], specs: DiffSpecs, all: boolean): Promise<DiffTrace> {
  const wanted = pairs.flatMap(({ before, after }) => (after ?? before)?.environment ?? []);
  const after = await readAgain(specs.after, wanted);
  const before = specs.before === null ? null : await readAgain(specs.before, wanted);
  const traced = pairs.map((pair) => tracePair(pair, before, after, all));
  return {
    origins: traced.flatMap(({ origins }) => origins),
    untraced: traced.reduce((sum, { untraced }) => sum + untraced, 0),
  };
}

function tracePair(
  { before, after, running }: EnvironmentPair,
  old: ReadSpec | null,
  now: ReadSpec | null,
  all: boolean,
): DiffTrace {
  if (before === null || after === null) {
    const whole = after ?? before;
    return {
      origins: whole === null ? [] : [traceWhole(whole, after === null ? old : now, after === null)],
      untraced: 0,
    };
  }
  const most = all ? Infinity : chooseMost(after);
  const specs = old === null || now === null ? null : pairSpecs(old.spec, now.spec, after.environment);
  const { steps, left } = specs === null ? listModelSteps(before, after, most) : listSteps(specs, most);
  const origins = traceSteps(steps).map(
    (step): TracedOrigin => ({
      environment: after.environment,
      changes: diffPlatforms(step.before, step.after, running).map(({ resource, field }) =>
        nameChange(resource, field),
      ),
      places: listPlaces(step, after.environment, old, now),
      files: listTouched(step.hunks),
      hunks: step.hunks,
    }),
  );
  return { origins: origins.filter(({ changes, hunks }) => changes.length + hunks.length > 0), untraced: left };
}

/** So many that diff stays quick: what a step costs grows with the model. */
function chooseMost(platform: Platform): number {
  const bytes = JSON.stringify(platform).length;
  return Math.min(60, Math.max(3, Math.floor(1_200_000 / bytes)));
}

/** An environment that is made or goes: all its files. */
function traceWhole(platform: Platform, read: ReadSpec | null, gone: boolean): TracedOrigin {
  const { environment } = platform;
  const path = ['environments', environment];
  const place = read === null || findNode(read.document, path) === null ? null : locateKey(read.document, path);
  const [before, after] = gone ? [platform, null] : [null, platform];
  return {
    environment,
    changes: diffPlatforms(before, after).map(({ resource, field }) => nameChange(resource, field)),
    places: place === null ? [] : [toSpecPlace(path, gone ? 'gone' : 'written', place)],
    files: listFiles(platform).map((file) => ({ path: file, kind: gone ? 'removed' : 'made', lines: [] })),
    hunks: [],
  };
}

function listPlaces(
  { differences }: Step,
  environment: string,
  old: ReadSpec | null,
  now: ReadSpec | null,
): readonly SpecPlace[] {
  return differences.flatMap((difference) => locateDifference(difference, environment, old, now) ?? []);
}

function locateDifference(
  { path, kind }: Difference,
  environment: string,
  old: ReadSpec | null,
  now: ReadSpec | null,
): SpecPlace | null {
  // An overlay's `null` is what takes away a key of the base.
  const overlay = ['environments', environment, ...path];
  if (kind === 'gone' && now !== null && findNode(now.document, overlay) !== null)
    return toSpecPlace(overlay, 'written', locateKey(now.document, overlay));
  const side = kind === 'gone' ? old : now;
  const root = side?.spec.environments.find(({ name }) => name === environment)?.node;
  if (root === undefined) return null;
  const node = findNode(root, path);
  return toSpecPlace(path, kind, node?.kind === 'scalar' ? node.place : locateKey(root, path));
}

function toSpecPlace(path: SpecPath, kind: SpecPlace['kind'], { file, range }: Place): SpecPlace {
  return { path: formatPath(path), kind, file, line: range.start.line, column: range.start.column };
}

/** The hunks of a file together. */
function listTouched(hunks: readonly TextHunk[]): readonly TouchedFile[] {
  const files = new Map<string, TouchedFile>();
  for (const { path, kind, line } of hunks) {
    const lines = kind === 'changed' ? [...(files.get(path)?.lines ?? []), line] : [];
    files.set(path, { path, kind, lines });
  }
  return [...files.values()];
}
