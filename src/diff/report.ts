import type { Acknowledgement, Platform } from '../model/platform.ts';
import { type Acknowledged, findAcknowledged, isOfEnvironment, listUnused } from './acknowledge.ts';
import { type Change, compareChanges } from './change.ts';
import { diffPlatforms } from './diff.ts';
import { type Note, noteRenames } from './renames.ts';
import { reachesThreshold, type Threshold } from './severity.ts';
import type { VersionRange } from './versions.ts';
import type { LiveReport, Ways } from './ways.ts';

/** Everything that diff has to say, before it is laid out for anyone. */
export interface Report {
  /** By environment, within it the worst first. */
  readonly changes: readonly ReportedChange[];
  readonly notes: readonly Note[];
  /** A skew between the providers that apply the changes and those that the rules know. */
  readonly warnings: readonly string[];
  /** What `--fail-on` names; null where nothing fails. */
  readonly failOn: Threshold | null;
  /** How many places of the spec differ of which it was not asked what they do, since it would take long. */
  readonly untraced: number;
  /** Only of what really runs. */
  readonly live?: LiveReport;
}

export interface ReportedChange extends Change {
  readonly acknowledged: Acknowledged | null;
  /** At least as bad as what `--fail-on` names, and not acknowledged. */
  readonly fails: boolean;
  /** Where the spec says it; empty where that is not known. */
  readonly places: readonly SpecPlace[];
  /** What those places write, this change's part of it and all others', in the order one would review. */
  readonly files: readonly TouchedFile[];
  /** Only against what really runs, and not where it is yet to be made. */
  readonly ways?: Ways;
}

/** A place of the spec that says something else than it did. */
export interface SpecPlace {
  /** e.g. `hosting.cloudSql.tier`. */
  readonly path: string;
  readonly kind: 'written' | 'gone';
  /** The file (of a place that is gone: as it was) and where in it, from 1. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An artifact, by its path in the environment's folder. */
export interface TouchedFile {
  readonly path: string;
  readonly kind: 'changed' | 'made' | 'removed';
  /** The first of each stretch that changes, as they count before the change; empty for a whole file. */
  readonly lines: readonly number[];
}

/** What some places of the spec do in one environment: to the platform, and to the files. */
export interface Origin {
  readonly environment: string;
  /** By name, as `nameChange` has them. */
  readonly changes: readonly string[];
  readonly places: readonly SpecPlace[];
  readonly files: readonly TouchedFile[];
}

/** One environment as it was and as it will be; null where it is not there. */
export interface EnvironmentPair {
  readonly before: Platform | null;
  readonly after: Platform | null;
  readonly running: readonly VersionRange[];
  /** Changes that were found otherwise than by comparing the two. */
  readonly more?: readonly Change[];
}

export interface ReportOptions {
  /** YYYY-MM-DD, UTC: acknowledgements end. */
  readonly today: string;
  readonly failOn: Threshold | null;
  readonly warnings: readonly string[];
  /** Not all that an acknowledgement may be about was looked at: one that fits nothing may still be wanted. */
  readonly partial?: boolean;
}

/** Compares environments and says of each change whether it is meant, and whether it fails. */
export function reportChanges(pairs: readonly EnvironmentPair[], options: ReportOptions): Report {
  // An environment that is gone has no spec to be acknowledged in: the others' speak for it, and of it as a whole only,
  // since what else they say is of their own.
  const everyones = pairs.flatMap(({ after }) => acknowledgementsOf(after));
  const reported = pairs.map(({ before, after, running, more = [] }) => {
    const said =
      after === null
        ? everyones.filter(isOfEnvironment)
        : acknowledgementsOf(after).filter((one) => !isOfEnvironment(one));
    const found = [...diffPlatforms(before, after, running), ...more].sort(compareChanges);
    return found.map((change) => reportChange(change, said, options));
  });
  const changes = reported.flat();
  const unused = options.partial === true ? [] : noteUnused(pairs, changes);
  const notes = [...noteRenames(pairs, changes), ...unused, ...noteStandings(changes)];
  return { changes, notes, warnings: options.warnings, failOn: options.failOn, untraced: 0 };
}

function acknowledgementsOf(platform: Platform | null): readonly Acknowledgement[] {
  return platform?.acknowledgements ?? [];
}

function reportChange(
  change: Change,
  said: readonly Acknowledgement[],
  { today, failOn }: ReportOptions,
): ReportedChange {
  const acknowledged = findAcknowledged(change, said, today);
  const fails = failOn !== null && acknowledged?.standing !== 'valid' && reachesThreshold(change, failOn);
  return { ...change, acknowledged, fails, places: [], files: [] };
}

function noteUnused(pairs: readonly EnvironmentPair[], changes: readonly Change[]): readonly Note[] {
  const notes = pairs.flatMap(({ after }) => {
    const own = changes.filter(({ environment }) => environment === after?.environment);
    const gone = pairs.flatMap((pair) => (pair.after === null ? `environment ${pair.before?.environment}` : []));
    const said = acknowledgementsOf(after);
    const unused = [
      ...said.filter((one) => isOfEnvironment(one) && !gone.includes(one.change)),
      ...listUnused(
        said.filter((one) => !isOfEnvironment(one)),
        own,
      ),
    ];
    return unused.map(
      (one): Note => ({
        kind: 'acknowledgement',
        environment: isOfEnvironment(one) ? null : (after?.environment ?? null),
        message: `the acknowledgement of ${nameChange(one.change, one.field)} (${one.impact}) fits no change: it can be taken out`,
      }),
    );
  });
  return dropRepeated(notes);
}

/** Each acknowledgement that does not count, once: one of an environment is of all its changes. */
function noteStandings(changes: readonly ReportedChange[]): readonly Note[] {
  const notes = changes.flatMap(({ environment, field, acknowledged }): Note[] => {
    if (acknowledged === null || acknowledged.standing === 'valid') return [];
    const why =
      acknowledged.standing === 'expired'
        ? `expired on ${acknowledged.until}`
        : `is until ${acknowledged.until}, and none may last longer than a year`;
    const message = `the acknowledgement of ${nameChange(acknowledged.change, field)} ${why}: it does not count`;
    return [{ kind: 'acknowledgement', environment, message }];
  });
  return dropRepeated(notes);
}

function dropRepeated(notes: readonly Note[]): readonly Note[] {
  return [...new Map(notes.map((note) => [`${note.environment} ${note.message}`, note])).values()];
}

export function nameChange(resource: string, field: string | null): string {
  return field === null ? resource : `${resource} ${field}`;
}
