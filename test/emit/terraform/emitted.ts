import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { terraformTarget } from '../../../src/emit/terraform.ts';
import type { Platform } from '../../../src/model/platform.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';

/** Every file of an environment's Terraform, by its path. */
export function emitTerraform(platform: Platform): ReadonlyMap<string, string> {
  return new Map(terraformTarget.emit(platform, { specText: '' }).map(({ path, text }) => [path, text]));
}

/** A temporary folder with these files, each at its path. */
export function writeFiles(files: Iterable<readonly [path: string, text: string]>): string {
  const root = makeTemporaryFolder('terraform');
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The environment's folder as compile would write it: `terraform/` in it, and what that refers to. */
export function writeTerraform(platform: Platform): string {
  return writeFiles(emitTerraform(platform));
}
