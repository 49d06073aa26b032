import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package that this program is part of. */
export function findOwnPackage(): string {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder))
    if (isPlatform(folder)) return folder;
  throw new Error(`no package.json of platform above ${import.meta.dirname}`);
}

/** Whether a folder is the root of the package `platform`: a clone, or where it is installed. */
export function isPlatform(folder: string): boolean {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'platform';
  } catch {
    return false;
  }
}
