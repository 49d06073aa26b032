import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** The text of the sample's spec. */
export const sample = readFileSync(join(projectRoot, 'spec/platform.yaml'), 'utf8');

/** A new folder with nothing but `spec/platform.yaml` in it. */
export function makeProject(spec = sample): string {
  const folder = makeTemporaryFolder('project');
  mkdirSync(join(folder, 'spec'));
  writeFileSync(join(folder, 'spec/platform.yaml'), spec);
  return folder;
}
