import { realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import type { HashedArtifact } from '../../artifact/artifact.ts';
import { FolderFailure } from '../../artifact/failure.ts';
import { listEnvironments, readFolder } from '../../artifact/folder.ts';
import { hashText } from '../../artifact/hash.ts';
import { formatLock, lockName, narrowLock, parseLock } from '../../artifact/lock.ts';
import { type FolderState, planWrite, type WantedFolder, type WritePlan } from '../../artifact/plan.ts';
import { compilePlatform } from '../../compile.ts';
import { findTargetOf, type TargetName } from '../../emit/target.ts';
import { CommandError, type Context } from '../context.ts';
import { locateOut } from '../find-spec.ts';
import type { LoadedPlatforms } from '../load.ts';
import type { CheckFormat } from '../report.ts';
import { showPath } from '../show-path.ts';

export interface CompileOptions {
  readonly spec?: string | undefined;
  readonly env?: readonly string[] | undefined;
  /** Only what these make; left out or empty: everything. */
  readonly target?: readonly TargetName[] | undefined;
  /** Left out: `generated` in the project's folder. */
  readonly out?: string | undefined;
  readonly check: boolean;
  readonly force: boolean;
  readonly format: CheckFormat;
}

/** The folder that environments' folders are in, absolute. Throws `CommandError` for one that the spec itself is in. */
export function findOut(context: Context, loaded: LoadedPlatforms, out: string | undefined): string {
  const folder = locateOut(context, loaded.projectRoot, out);
  if (out === undefined) return folder;
  const { path } = loaded.spec;
  if (isInside(path, folder) || isInside(realPath(path), realPath(folder)))
    throw new CommandError(2, `--out ${out} holds the spec: what is made stands in a folder of its own`, {
      hint: 'name another folder, e.g. --out generated',
    });
  return folder;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !/^\.\.([/\\]|$)/.test(way) && !isAbsolute(way);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * A plan for each environment asked for, and in a full compile for those that the spec no longer has. Throws
 * `CommandError` where something is in the way on the disk.
 */
export function planFolders(
  context: Context,
  loaded: LoadedPlatforms,
  out: string,
  options: CompileOptions,
): readonly WritePlan[] {
  return explainFolder(context, () => {
    const plans = loaded.platforms.map((platform) => {
      const artifacts = compilePlatform(platform, loaded.spec.text);
      const paths = artifacts.map(({ path }) => path);
      const programs = artifacts.filter(({ executable }) => executable).map(({ path }) => path);
      const state = readFolder(out, platform.environment, paths, new Set(programs));
      return planWrite(wantFolder(artifacts, state, options), state, options.force);
    });
    const isFull = (options.env ?? []).length === 0 && (options.target ?? []).length === 0;
    return isFull ? [...plans, ...planRemovals(loaded, out, options.force)] : plans;
  });
}

/** Environments that this platform no longer has: a folder whose lock names another one is not its to remove. */
function planRemovals(loaded: LoadedPlatforms, out: string, force: boolean): readonly WritePlan[] {
  const names = new Set(loaded.platforms.map(({ name }) => name));
  return listEnvironments(out)
    .filter((name) => !loaded.environments.includes(name))
    .map((name) => readFolder(out, name, []))
    .filter(({ lock }) => lock !== 'broken' && (lock?.platform?.name === undefined || names.has(lock.platform.name)))
    .map((state) => planWrite({ name: state.name, artifacts: [] }, state, force));
}

function wantFolder(
  artifacts: readonly HashedArtifact[],
  state: FolderState,
  { target }: CompileOptions,
): WantedFolder {
  if (target === undefined || target.length === 0) return { name: state.name, artifacts };
  const owns = (path: string) => target.some((name) => findTargetOf(path) === name);
  const lock = narrowTo(owns, artifacts, state);
  const wanted = [...artifacts.filter(({ path }) => owns(path)), ...(lock === null ? [] : [lock])];
  return { name: state.name, artifacts: wanted, owns };
}

/** The lock after a compile of some targets; null where the one that is there stays. */
function narrowTo(
  owns: (path: string) => boolean,
  artifacts: readonly HashedArtifact[],
  state: FolderState,
): HashedArtifact | null {
  const full = parseLock(artifacts.find(({ path }) => path === lockName)?.text ?? '');
  if (full === 'broken') throw new Error(`compile made no ${lockName}`);
  const { name, lock, ours, found } = state;
  if (lock === 'broken')
    throw new CommandError(
      2,
      `${name}/${lockName} cannot be read (a merge conflict?), so --target cannot keep its rest`,
      {
        hint: 'compile everything once, with --force and without --target',
      },
    );
  const locked = new Map(lock?.files.map(({ path, sha256 }) => [path, sha256]));
  // What a killed write had moved is ours as it is on the disk.
  const others = [...ours].flatMap(([path, hashes]) => {
    const there = found.get(path);
    const sha256 = there !== undefined && hashes.has(there) ? there : locked.get(path);
    return owns(path) || sha256 === undefined ? [] : [{ path, sha256 }];
  });
  const narrowed = narrowLock(full, lock, others, owns);
  if (narrowed === null) return null;
  const text = formatLock(narrowed);
  return { path: lockName, text, sha256: hashText(text) };
}

/** What is in the way on the disk, as the command's end. */
export function explainFolder<T>(context: Context, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof FolderFailure)) throw cause;
    throw new CommandError(2, `cannot use ${showPath(context, cause.path)}: ${cause.message}`, {
      hint: 'move it out of the way or mend it, or name another folder with --out',
      cause,
    });
  }
}
