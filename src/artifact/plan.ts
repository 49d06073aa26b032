import type { Artifact, HashedArtifact } from './artifact.ts';
import { type Lock, lockName } from './lock.ts';

/** Where a write prepares its files, in the environment's folder; one that is there was left by a killed write. */
export const stagingName = '.platform-write';

/** What one environment's folder has on disk. */
export interface FolderState {
  /** The folder's name below the output folder: the environment's. */
  readonly name: string;
  /** `broken`: one that cannot be read, so that nothing tells our files from others. */
  readonly lock: Lock | 'broken' | null;
  /** The hashes by which a file is known as ours: the lock's, and those of writes that were killed before their lock. */
  readonly ours: ReadonlyMap<string, ReadonlySet<string>>;
  /** True where a killed write left its staging folder. */
  readonly isUnfinished: boolean;
  /** The sha256 of each file that is wanted or ours and there; of a link that stands in its place, `link`. */
  readonly found: ReadonlyMap<string, string>;
  /** Those of the wanted programs that are there and cannot be run. */
  readonly powerless: ReadonlySet<string>;
}

/**
 * `unknown`: there, but the lock that would say whether we wrote it cannot be read. `powerless`: a program as it should
 * be, but for the permission to run it. `unfinished`: what a killed write left behind.
 */
export type Reason = 'missing' | 'stale' | 'powerless' | 'edited' | 'foreign' | 'unknown' | 'orphaned' | 'unfinished';

export interface PlannedFile {
  /** Relative to the output folder. */
  readonly path: string;
  readonly reason: Reason;
}

export interface WritePlan {
  /** The folder's name below the output folder. */
  readonly name: string;
  readonly write: readonly (PlannedFile & { readonly artifact: Artifact })[];
  readonly remove: readonly PlannedFile[];
  /** Files that would lose someone's work: edited by hand since we wrote them, or not known to be ours. */
  readonly refused: readonly PlannedFile[];
  readonly unchanged: number;
}

/** An environment's folder as it should be; no artifacts where the environment is gone. */
export interface WantedFolder {
  readonly name: string;
  readonly artifacts: readonly HashedArtifact[];
  /** Whether a path that is no longer wanted may be removed; left out: all that are ours. */
  readonly owns?: (path: string) => boolean;
}

/**
 * What to write and remove so that a folder holds what is wanted. `--check` is: the plan is empty. With `force`, hand
 * edits are overwritten too.
 */
export function planWrite(wanted: WantedFolder, state: FolderState, force: boolean): WritePlan {
  const write: (PlannedFile & { artifact: Artifact })[] = [];
  const remove: PlannedFile[] = [];
  const refused: PlannedFile[] = [];
  let unchanged = 0;
  const { name, owns = () => true } = wanted;
  for (const artifact of wanted.artifacts) {
    const reason = compareFile(artifact.path, artifact.sha256, state);
    const path = `${name}/${artifact.path}`;
    if (reason === null) unchanged++;
    else if (!force && guarded.has(reason)) refused.push({ path, reason });
    else write.push({ path, reason, artifact });
  }
  const kept = new Set(wanted.artifacts.map(({ path }) => path));
  for (const [path, hashes] of state.ours) {
    const found = state.found.get(path);
    if (kept.has(path) || found === undefined || !owns(path)) continue;
    if (hashes.has(found) || force) remove.push({ path: `${name}/${path}`, reason: 'orphaned' });
    else refused.push({ path: `${name}/${path}`, reason: 'edited' });
  }
  if (wanted.artifacts.length === 0 && state.found.has(lockName))
    remove.push({ path: `${name}/${lockName}`, reason: 'orphaned' });
  if (state.isUnfinished) remove.push({ path: `${name}/${stagingName}`, reason: 'unfinished' });
  return { name, write, remove, refused, unchanged };
}

/** What is written over with `force` only. */
export const guarded: ReadonlySet<Reason> = new Set(['edited', 'foreign', 'unknown']);

function compareFile(path: string, wanted: string, state: FolderState): Reason | null {
  const found = state.found.get(path);
  if (found === wanted) return state.powerless.has(path) ? 'powerless' : null;
  if (found === undefined) return 'missing';
  if (path === lockName) return 'stale';
  const ours = state.ours.get(path);
  if (ours === undefined) return state.lock === 'broken' ? 'unknown' : 'foreign';
  return ours.has(found) ? 'stale' : 'edited';
}
