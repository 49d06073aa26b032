import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { findOwnPackage, isPlatform } from '../own-package.ts';

/** The schema that editors read beside the spec, and the one that it refers to. */
const names = ['platform.schema.json', 'environment.schema.json'] as const;

export interface SchemaChoice {
  /** The schema's path from the spec's folder, for its first line. */
  readonly reference: string;
  /** Files to put below the spec's folder, so that the reference leads somewhere. */
  readonly copies: readonly { readonly path: string; readonly text: string }[];
}

/**
 * Where an editor finds the schema without a network: in the package, where the project or a folder above has it
 * installed (or is a clone of it), so that it is always that of the `platform` in use; else in a copy beside the spec.
 */
export function chooseSchema(folder: string): SchemaChoice {
  const installed = findInstalled(folder);
  if (installed !== null) {
    const path = relative(folder, installed).split(sep).join('/');
    return { reference: path.startsWith('../') ? path : `./${path}`, copies: [] };
  }
  const own = join(findOwnPackage(), 'schema');
  const copies = names.map((name) => ({ path: `schema/${name}`, text: readFileSync(join(own, name), 'utf8') }));
  return { reference: `./schema/${names[0]}`, copies };
}

function findInstalled(from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidates = [join(folder, 'node_modules/platform'), ...(isPlatform(folder) ? [folder] : [])];
    const found = candidates.map((path) => join(path, 'schema', names[0])).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return null;
  }
}
