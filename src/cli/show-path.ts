import { relative } from 'node:path';

/** A path as a person types it from the current folder. */
export function showPath({ cwd }: { readonly cwd: string }, path: string): string {
  const shown = relative(cwd, path).replaceAll('\\', '/');
  return shown === '' ? '.' : shown.startsWith('../../..') ? path : shown;
}
