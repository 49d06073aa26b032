import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../../src/model/platform.ts';
import { resolveNow } from '../support/resolve.ts';

export const folder = import.meta.dirname;

/** The environments of a spec of this folder; one with mistakes throws them. */
export function readPlatforms(file: string): readonly Platform[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const resolved = resolveNow({ path: file, text });
  if (!resolved.ok) throw new Error(`${file}: ${JSON.stringify(resolved.diagnostics, null, 2)}`);
  return resolved.value;
}

export function readPlatform(file: string): Platform {
  const [platform, ...more] = readPlatforms(file);
  if (platform === undefined || more.length > 0) throw new Error(`${file} has ${more.length + 1} environments`);
  return platform;
}
