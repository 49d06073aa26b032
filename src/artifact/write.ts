import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { blame, isSystemError } from './failure.ts';
import { lockName } from './lock.ts';
import { stagingName, type WritePlan } from './plan.ts';

/**
 * Carries plans out. Every file is first written whole into its environment's staging folder; only when all are there
 * is each moved into place, the lock last; a folder that is not there yet is moved with all that is in it. So a disk
 * that is full or read-only changes nothing, a kill leaves each file old or new, and the staged lock tells the next run
 * which files a killed one had moved. Throws `FolderFailure`.
 */
export function writeFolders(out: string, plans: readonly WritePlan[]): void {
  const busy = plans.filter(({ write, remove }) => write.length + remove.length > 0);
  const begun: WritePlan[] = [];
  const moves: (() => void)[] = [];
  try {
    for (const plan of busy) {
      begun.push(plan);
      moves.push(stageFolder(out, plan));
    }
  } catch (error) {
    for (const plan of begun) if (!isUnfinished(plan)) removeQuietly(join(out, plan.name, stagingName));
    throw error;
  }
  for (const move of moves) move();
}

/** Prepares everything that a plan needs, and gives what is left to do: renames and removals. */
function stageFolder(out: string, plan: WritePlan): () => void {
  const { name, write, remove } = plan;
  const staging = join(out, name, stagingName);
  if (write.length > 0) for (const folder of [join(out, name), staging]) makeFolder(folder);
  // A killed write's own files stay until the end: its lock still says whose the files are that it moved.
  const turn = isUnfinished(plan) ? nextTurn(staging) : 1;
  const stage = makeStage(join(out, name), `${staging}/${turn}-`);
  for (const { path, artifact } of write) {
    const options = { mode: artifact.executable === true ? 0o777 : 0o666 };
    try {
      writeFileSync(stage.locate(artifact.path), encode(artifact.text), options);
    } catch (error) {
      blame(join(out, path), error);
    }
  }
  const moves = [...stage.moves].map(([from, to]) => {
    const target = join(out, name, to);
    return { target, isLock: to === lockName, run: () => renameSync(from, target) };
  });
  const removals = remove
    .filter(({ reason }) => reason !== 'unfinished')
    .map(({ path }) => {
      const target = join(out, path);
      return { target, isLock: path === `${name}/${lockName}`, run: () => rmSync(target, { force: true }) };
    });
  const steps = [...moves, ...removals];
  for (const folder of new Set(steps.map(({ target }) => dirname(target))))
    attempt(folder, () => accessSync(folder, constants.W_OK));
  return () => {
    for (const { target, run } of steps.filter(({ isLock }) => !isLock)) attempt(target, run);
    for (const { target } of removals) removeEmptyFolders(out, dirname(target));
    for (const { target, run } of steps.filter(({ isLock }) => isLock)) attempt(target, run);
    attempt(staging, () => removeStaging(staging));
    removeEmptyFolders(out, join(out, name));
  };
}

/** The bytes of most files, one after the other: memory of its own for each takes as long as writing it. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** A text as UTF-8, good until the next one; what may not fit is left as it is. */
function encode(text: string): Uint8Array | string {
  // A UTF-16 unit has at most three bytes.
  return text.length * 3 <= scratch.length ? scratch.subarray(0, scratch.write(text)) : text;
}

interface Stage {
  /** Where to write what is to stand at a path below the environment's folder; the folder around it is there. */
  locate(path: string): string;
  /** What has to be moved for all that was located, and where to below the environment's folder. */
  readonly moves: ReadonlyMap<string, string>;
}

/** Names in a staging folder begin with `prefix`; one rename for each file is most of a first write's time. */
function makeStage(folder: string, prefix: string): Stage {
  const moves = new Map<string, string>();
  const staged = new Map<string, string | null>();
  const nameStaged = (path: string) => `${prefix}${path.replaceAll('/', '%')}`;
  /** Where a folder that is not there yet is staged; null for one that is. */
  const locateFolder = (relative: string): string | null => {
    const known = staged.get(relative);
    if (known !== undefined) return known;
    const above = relative === '.' ? null : locateFolder(posix.dirname(relative));
    const isThere = above === null && (relative === '.' || isFolder(join(folder, relative)));
    const place = isThere ? null : above === null ? nameStaged(relative) : `${above}/${posix.basename(relative)}`;
    if (place !== null) makeFolder(place);
    if (place !== null && above === null) moves.set(place, relative);
    staged.set(relative, place);
    return place;
  };
  const locate = (path: string) => {
    const around = locateFolder(posix.dirname(path));
    if (around !== null) return `${around}/${posix.basename(path)}`;
    const place = nameStaged(path);
    moves.set(place, path);
    return place;
  };
  return { locate, moves };
}

/** It is empty but after a killed write: `rm` would load Node's code for folders that are not, for a millisecond. */
function removeStaging(staging: string): void {
  try {
    rmdirSync(staging);
  } catch {
    rmSync(staging, { recursive: true, force: true });
  }
}

function isUnfinished({ remove }: WritePlan): boolean {
  return remove.some(({ reason }) => reason === 'unfinished');
}

function nextTurn(staging: string): number {
  const turns = attempt(staging, () => readdirSync(staging)).map((name) => Number.parseInt(name, 10) || 0);
  return Math.max(0, ...turns) + 1;
}

/** With the folders above it. Not `mkdir`'s own way, which never ends where a folder can be asked for but not made, as in /proc. */
function makeFolder(folder: string): void {
  attempt(folder, () => makeEach(folder));
}

function makeEach(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST' && isFolder(folder)) return;
    const above = dirname(folder);
    if (!isSystemError(error) || error.code !== 'ENOENT' || isFolder(above)) throw error;
    makeEach(above);
    mkdirSync(folder);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** From `folder` upwards, below `out`; the first that holds something ends it. */
function removeEmptyFolders(out: string, folder: string): void {
  for (let empty = folder; empty !== out && empty.startsWith(out); empty = dirname(empty)) {
    try {
      rmdirSync(empty);
    } catch {
      return;
    }
  }
}

/** After a failure that is to be told: another one here would only hide it. */
function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It stays, and the next run removes it.
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    blame(path, error);
  }
}
