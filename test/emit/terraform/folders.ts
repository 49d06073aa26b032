import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Platform } from '../../../src/model/platform.ts';
import { resolveText } from '../../support/resolve.ts';
import { projectRoot } from '../../support/root.ts';
import { emitTerraform } from './emitted.ts';
import { variants } from './variants.ts';

/** One folder of Terraform: each of its `.tf` files by its name. */
export interface TerraformFolder {
  /** A committed folder's path, or a variant's name and the path that it would have. */
  readonly name: string;
  /** What it was made of. */
  readonly platform: Platform;
  readonly files: ReadonlyMap<string, string>;
}

/** Every committed folder of the sample and the examples, found by its files, and each that a variant compiles to. */
export function listTerraformFolders(): readonly TerraformFolder[] {
  const emitted = Object.entries(variants).flatMap(([variant, { platform }]) =>
    listEmittedFolders(platform).map(({ name, ...folder }) => ({ name: `${variant}: ${name}`, ...folder })),
  );
  return [...listCommittedFolders(), ...emitted];
}

/** Those of the sample and the examples. */
export function listCommittedFolders(): readonly TerraformFolder[] {
  const files = ['generated', 'examples'].flatMap((root) =>
    readdirSync(join(projectRoot, root), { recursive: true, encoding: 'utf8' })
      .map((path) => join(root, path))
      .filter((path) => path.endsWith('.tf'))
      .map((path) => [path, readFileSync(join(projectRoot, path), 'utf8')] as const),
  );
  return groupByFolder(files, resolveCommitted);
}

/** Those that a platform compiles to. */
export function listEmittedFolders(platform: Platform): readonly TerraformFolder[] {
  return groupByFolder(emitTerraform(platform), () => platform);
}

function groupByFolder(
  files: Iterable<readonly [path: string, text: string]>,
  platformOf: (folder: string) => Platform,
): readonly TerraformFolder[] {
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!path.endsWith('.tf')) continue;
    const name = dirname(path);
    folders.set(name, (folders.get(name) ?? new Map()).set(path.slice(name.length + 1), text));
  }
  return [...folders].map(([name, grouped]) => ({ name, platform: platformOf(name), files: grouped }));
}

/** What the spec says of a committed folder's environment; the sample's spec is in a folder of its own. */
function resolveCommitted(folder: string): Platform {
  const [, root = '', environment = ''] = /^(.*?)\/?generated\/([^/]+)\//.exec(folder) ?? [];
  const spec = join(projectRoot, root === '' ? 'spec' : root, 'platform.yaml');
  return resolveText(readFileSync(spec, 'utf8'), environment);
}
