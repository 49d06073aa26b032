import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CommandError, type Context } from './context.ts';

/** Where the spec is, and the folder that `generated/` and `.platform/` are in. */
export interface SpecLocation {
  readonly path: string;
  readonly projectRoot: string;
}

/**
 * The spec that was named, else PLATFORM_SPEC's, else `platform.yaml` or `spec/platform.yaml` in the current folder or
 * the nearest parent that has one.
 */
export function findSpec(context: Pick<Context, 'cwd' | 'env'>, named: string | undefined): SpecLocation {
  const given = named ?? context.env['PLATFORM_SPEC'];
  if (given !== undefined && given !== '') {
    const path = resolve(context.cwd, given);
    return { path, projectRoot: projectRootOf(path) };
  }
  for (let folder = resolve(context.cwd); ; folder = dirname(folder)) {
    for (const name of ['platform.yaml', join('spec', 'platform.yaml')]) {
      const path = join(folder, name);
      if (existsSync(path)) return { path, projectRoot: projectRootOf(path) };
    }
    if (dirname(folder) === folder) break;
  }
  throw new CommandError(2, 'no platform.yaml or spec/platform.yaml here or in a folder above', {
    hint: 'name one with --spec FILE, or make one: platform init',
  });
}

/** The folder that environments' folders are in, absolute: `--out`, else `generated` in the project's. */
export function locateOut({ cwd }: Pick<Context, 'cwd'>, projectRoot: string, out: string | undefined): string {
  return out === undefined ? resolve(projectRoot, 'generated') : resolve(cwd, out);
}

function projectRootOf(path: string): string {
  const folder = dirname(path);
  return basename(folder) === 'spec' ? dirname(folder) : folder;
}
