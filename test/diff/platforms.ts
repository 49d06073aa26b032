import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../src/diagnostic/diagnostic.ts';
import type { Platform } from '../../src/model/platform.ts';
import { resolvePlatform } from '../../src/model/resolve.ts';
import { parseDocument } from '../../src/spec/parse.ts';
import { validateSpec } from '../../src/spec/validate.ts';

export const folder = import.meta.dirname;

/** The environments of a spec of this folder; one with mistakes throws them. */
export function readPlatforms(file: string): readonly Platform[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const spec = unwrap(file, validateSpec(unwrap(file, parseDocument({ path: file, text }))));
  return spec.environments.map(({ name }) => unwrap(file, resolvePlatform(spec, name)));
}

function unwrap<T>(file: string, outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${file}: ${JSON.stringify(outcome.diagnostics, null, 2)}`);
  return outcome.value;
}

export function readPlatform(file: string): Platform {
  const [platform, ...more] = readPlatforms(file);
  if (platform === undefined || more.length > 0) throw new Error(`${file} has ${more.length + 1} environments`);
  return platform;
}
