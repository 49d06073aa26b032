/** The lock's name in each environment's folder; it is written last, so an unfinished write is seen and completed. */
export const lockName = 'platform.lock.json';

export interface LockedFile {
  /** Relative to the environment's folder. */
  readonly path: string;
  /** Of the text that was written last. */
  readonly sha256: string;
}

/** What `platform.lock.json` holds; it names every file that a compile wrote. */
export interface Lock {
  readonly lockVersion: number;
  readonly compiler: string;
  /** Of the spec that made every file; null where a compile of some targets left files of different specs. */
  readonly spec: { readonly sha256: string | null };
  readonly files: readonly LockedFile[];
  /** The resolved model that all files were last made from; null where there has been no compile of all targets. */
  readonly platform: { readonly name: string } | null;
}

export function formatLock(lock: Lock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** `broken`: a merge conflict, say. Entries that lead out of the folder are left out. */
export function parseLock(text: string): Lock | 'broken' {
  try {
    const lock = JSON.parse(text) as Lock;
    return { ...lock, files: lock.files.filter(isSafe) };
  } catch {
    return 'broken';
  }
}

function isSafe({ path, sha256 }: LockedFile): boolean {
  if (typeof path !== 'string' || typeof sha256 !== 'string') return false;
  return /^[^\\\0:]+$/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * The lock after a compile that writes only those files of `full` that it `owns`. Other files keep the hash of what is
 * on the disk, and the model stays that of the last compile of all: a diff against it says too much rather than hide
 * what is not written yet. Null where the lock that is there says it all already.
 */
export function narrowLock(
  full: Lock,
  before: Lock | null,
  others: readonly LockedFile[],
  owns: (path: string) => boolean,
): Lock | null {
  const files = [...full.files.filter(({ path }) => owns(path)), ...others].sort((a, b) => (a.path < b.path ? -1 : 1));
  if (areSame(files, full.files)) return full;
  if (before !== null && areSame(files, before.files)) return null;
  return { ...(before ?? { ...full, platform: null }), spec: { sha256: null }, files };
}

function areSame(some: readonly LockedFile[], others: readonly LockedFile[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ path, sha256 }, index) => path === others[index]?.path && sha256 === others[index]?.sha256)
  );
}
