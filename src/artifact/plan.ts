import type { Artifact } from './artifact.ts';

/** The lock's name in each environment's folder; it is written last, so an unfinished write is seen and completed. */
export const lockName = 'platform.lock.json';

/** What one environment's folder has on disk. */
export interface FolderState {
  /** The folder's name below the output folder: the environment's. */
  readonly name: string;
  /** The sha256 that the lock on disk gives each path; empty without a lock. */
  readonly locked: ReadonlyMap<string, string>;
  /** True where there is a lock that cannot be read: nothing then tells our files from others. */
  readonly lockIsBroken: boolean;
  /** The sha256 of each file that is wanted or locked and there. */
  readonly found: ReadonlyMap<string, string>;
}

/** `unknown`: there, but the lock that would say whether we wrote it cannot be read. */
export type Reason = 'missing' | 'stale' | 'edited' | 'foreign' | 'unknown' | 'orphaned';

export interface PlannedFile {
  /** Relative to the output folder. */
  readonly path: string;
  readonly reason: Reason;
}

export interface WritePlan {
  readonly write: readonly (PlannedFile & { readonly artifact: Artifact })[];
  readonly remove: readonly PlannedFile[];
  /** Files that would lose someone's work: edited by hand since we wrote them, or not known to be ours. */
  readonly refused: readonly PlannedFile[];
  readonly unchanged: number;
}

/** An environment's folder as it should be; no artifacts where the environment is gone. */
export interface WantedFolder {
  readonly name: string;
  readonly artifacts: readonly { readonly artifact: Artifact; readonly sha256: string }[];
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
  for (const { artifact, sha256 } of wanted.artifacts) {
    const reason = compareFile(artifact.path, sha256, state);
    const path = `${wanted.name}/${artifact.path}`;
    if (reason === null) unchanged++;
    else if (!force && guarded.has(reason)) refused.push({ path, reason });
    else write.push({ path, reason, artifact });
  }
  const kept = new Set(wanted.artifacts.map(({ artifact }) => artifact.path));
  for (const [path, sha256] of state.locked) {
    const found = state.found.get(path);
    if (kept.has(path) || found === undefined) continue;
    const file: PlannedFile = { path: `${wanted.name}/${path}`, reason: 'orphaned' };
    if (found === sha256 || force) remove.push(file);
    else refused.push({ ...file, reason: 'edited' });
  }
  return { write, remove, refused, unchanged };
}

const guarded: ReadonlySet<Reason> = new Set(['edited', 'foreign', 'unknown']);

function compareFile(path: string, wanted: string, state: FolderState): Reason | null {
  const found = state.found.get(path);
  if (found === wanted) return null;
  if (found === undefined) return 'missing';
  if (path === lockName) return 'stale';
  const locked = state.locked.get(path);
  if (locked === undefined) return state.lockIsBroken ? 'unknown' : 'foreign';
  return found === locked ? 'stale' : 'edited';
}
