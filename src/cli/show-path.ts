import { relative, sep } from 'node:path';
import type { Context } from './context.ts';

/** A path as a person types it from the current folder. */
export function showPath({ cwd }: { readonly cwd: string }, path: string): string {
  const shown = relative(cwd, path).replaceAll('\\', '/');
  return shown === '' ? '.' : shown.startsWith('../../..') ? path : shown;
}

/** A path below the user's home, or anywhere else, that has nothing to do with the current folder. */
export function showHome({ env }: Pick<Context, 'env'>, path: string): string {
  const home = env['HOME'];
  return home && path.startsWith(`${home}${sep}`) ? `~${path.slice(home.length)}` : path;
}
