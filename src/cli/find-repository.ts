import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder, from one upward, with a `.git` (a file, in a worktree); null where there is none. */
export function findRepository(from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}
