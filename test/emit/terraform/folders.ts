import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { terraformTarget } from '../../../src/emit/terraform.ts';
import { projectRoot } from '../../support/root.ts';
import { variants } from './variants.ts';

/** One folder of Terraform: each file by its name. */
export interface TerraformFolder {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Every committed folder of the sample and the examples, found by its files, and each that a variant compiles to. */
export function listTerraformFolders(): readonly TerraformFolder[] {
  const committed = ['generated', 'examples'].flatMap((root) =>
    readdirSync(join(projectRoot, root), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.tf'))
      .map((path) => join(root, path))
      .map((path) => [path, readFileSync(join(projectRoot, path), 'utf8')] as const),
  );
  const emitted = Object.entries(variants).flatMap(([name, { platform }]) =>
    terraformTarget
      .emit(platform, { specText: '' })
      .filter(({ path }) => path.endsWith('.tf'))
      .map(({ path, text }) => [`${name}: ${path}`, text] as const),
  );
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of [...committed, ...emitted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = dirname(path);
    folders.set(name, (folders.get(name) ?? new Map()).set(path.slice(name.length + 1), text));
  }
  return [...folders].map(([name, files]) => ({ name, files }));
}
