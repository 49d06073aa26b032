import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The full path of a program: the folders given first, then PATH; null where it is nowhere. */
export function findProgram(name: string, folders: readonly string[] = []): string | null {
  for (const folder of [...folders, ...(process.env['PATH'] ?? '').split(delimiter)]) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // not here: the next folder
    }
  }
  return null;
}
