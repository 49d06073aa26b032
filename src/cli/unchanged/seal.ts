import { lstatSync } from 'node:fs';

/**
 * What a file system says of a file or folder and cannot say again after a change: size, times of its bytes and of
 * anything about it (milliseconds, with what the system has below), inode. No program sets the second time back. A
 * folder's change when a name in it comes, goes or becomes another file.
 */
export type Seal = readonly [size: number, modified: number, changed: number, inode: number];

/** A link is sealed itself, not what it leads to. Null where nothing stands there or it cannot be looked at. */
export function sealPath(path: string): Seal | null {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? null : [stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino];
  } catch {
    return null;
  }
}

export function isUnbroken(path: string, seal: Seal): boolean {
  return sealPath(path)?.every((value, index) => value === seal[index]) ?? false;
}
