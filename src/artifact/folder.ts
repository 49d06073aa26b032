import { closeSync, constants, type Dirent, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { blame, FolderFailure, isSystemError, noFolder } from './failure.ts';
import { hashText } from './hash.ts';
import { type Lock, lockName, parseLock } from './lock.ts';
import { type FolderState, stagingName } from './plan.ts';

// Everything here throws `FolderFailure` where the disk says no.

/** Names of the folders below `out` that hold a lock of ours, or what a killed first write left, sorted. */
export function listEnvironments(out: string): readonly string[] {
  return listFolder(out)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => readLock(join(out, name)) !== null || isUnfinished(join(out, name)))
    .sort();
}

/**
 * Reads what is on disk of one environment's folder: its lock, and the hash of each file that is wanted or ours. Of the
 * wanted ones, `programs` are to be executable.
 */
export function readFolder(
  out: string,
  name: string,
  wanted: readonly string[],
  programs: ReadonlySet<string> = new Set(),
): FolderState {
  const folder = join(out, name);
  const lookAt = makeLook(folder);
  for (const path of new Set(wanted.map((path) => posix.dirname(path)))) refuseObstacle(lookAt(path));
  const isOurs = lookAt('.').kind === 'folder';
  const lock = isOurs ? readLock(folder) : null;
  const ours = collectHashes([...(lock === null || lock === 'broken' ? [] : [lock]), ...readStagedLocks(folder)]);
  const found = new Map<string, string>();
  const powerless = new Set<string>();
  const needed = new Set([...wanted, lockName]);
  for (const path of isOurs ? new Set([...needed, ...ours.keys()]) : []) {
    if (lookAt(posix.dirname(path)).kind !== 'folder') continue;
    const file = readItself(join(folder, path), needed.has(path));
    if (file === null) continue;
    const hash = file === 'link' ? file : hashText(file.bytes);
    found.set(path, hash);
    if (file === 'link') continue;
    if (isOursInCrlf(file.bytes, hash, ours.get(path))) ours.get(path)?.add(hash);
    if (programs.has(path) && !file.isExecutable) powerless.add(path);
  }
  return { name, lock, ours, isUnfinished: isOurs && isUnfinished(folder), found, powerless };
}

/** What stands at a folder's path, or at the first of the paths above it that is no folder. */
interface Sight {
  readonly kind: 'folder' | 'nothing' | 'link' | 'file';
  readonly path: string;
}

/** Looks at folders below one, each once. A link is not followed: what it leads to is not ours to write or remove. */
function makeLook(folder: string): (relative: string) => Sight {
  const seen = new Map<string, Sight>();
  const lookAt = (relative: string): Sight => {
    const known = seen.get(relative);
    if (known !== undefined) return known;
    const above = relative === '.' ? null : lookAt(posix.dirname(relative));
    const sight = above === null || above.kind === 'folder' ? lookAtPath(join(folder, relative)) : above;
    seen.set(relative, sight);
    return sight;
  };
  return lookAt;
}

function lookAtPath(path: string): Sight {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: 'nothing', path };
    return { kind: stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'file', path };
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOTDIR') return { kind: 'file', path };
    blame(path, error);
  }
}

function refuseObstacle({ kind, path }: Sight): void {
  if (kind === 'file') throw new FolderFailure(path, noFolder);
  if (kind === 'link')
    throw new FolderFailure(path, 'a link stands where a folder has to be, and what it leads to is not written');
}

interface FoundFile {
  readonly bytes: Uint8Array;
  /** By its owner; true on Windows, which has no such bit. */
  readonly isExecutable: boolean;
}

/**
 * Null where there is no file. A folder in its place is one too, where we do not need the place. A link is not followed;
 * Windows has no flag for that, and follows.
 */
function readItself(path: string, isNeeded: boolean): FoundFile | 'link' | null {
  try {
    const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return { bytes: readFileSync(file), isExecutable: sep === '\\' || (fstatSync(file).mode & 0o100) !== 0 };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = isSystemError(error) ? error.code : undefined;
    if (code === 'ELOOP') return 'link';
    if (code === 'ENOENT' || (code === 'EISDIR' && !isNeeded)) return null;
    blame(path, error);
  }
}

/** What git on Windows makes of a file of ours, unless it is told otherwise: nobody's work, and no script that runs. */
function isOursInCrlf(bytes: Uint8Array, hash: string, ours: ReadonlySet<string> | undefined): boolean {
  if (ours === undefined || ours.has(hash) || !bytes.includes(13)) return false;
  const withLf = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n');
  return ours.has(hashText(Buffer.from(withLf, 'latin1')));
}

function readLock(folder: string): Lock | 'broken' | null {
  const text = readText(join(folder, lockName));
  return text === null ? null : parseLock(text);
}

/** The locks of writes that were killed; one that was not whole yet had not moved a file, and says nothing. */
function readStagedLocks(folder: string): readonly Lock[] {
  return listFolder(join(folder, stagingName))
    .filter(({ name }) => name.endsWith(`-${lockName}`))
    .flatMap(({ name }) => parseLock(readText(join(folder, stagingName, name)) ?? ''))
    .filter((lock) => lock !== 'broken');
}

function collectHashes(locks: readonly Lock[]): ReadonlyMap<string, Set<string>> {
  const hashes = new Map<string, Set<string>>();
  for (const { path, sha256 } of locks.flatMap(({ files }) => files)) {
    const known = hashes.get(path);
    if (known === undefined) hashes.set(path, new Set([sha256]));
    else known.add(sha256);
  }
  return hashes;
}

function isUnfinished(folder: string): boolean {
  return lookAtPath(join(folder, stagingName)).kind === 'folder';
}

function readText(path: string): string | null {
  return orMissing(path, () => readFileSync(path, 'utf8'), null);
}

function listFolder(path: string): readonly Dirent[] {
  return orMissing(path, () => readdirSync(path, { withFileTypes: true }), []);
}

function orMissing<T>(path: string, read: () => T, instead: T): T {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return instead;
    blame(path, error);
  }
}
