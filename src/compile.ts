import { createHash } from 'node:crypto';
import type { Artifact } from './artifact/artifact.ts';
import { formatLock, type Lock, lockName } from './artifact/lock.ts';
import type { Diagnostic, Outcome } from './diagnostic/diagnostic.ts';
import { orderDiagnostics } from './diagnostic/order.ts';
import type { SourceFile } from './diagnostic/source.ts';
import { emitPlatform } from './emit/targets.ts';
import type { Platform } from './model/platform.ts';
import { resolvePlatform } from './model/resolve.ts';
import { readSpec } from './spec/read-spec.ts';
import type { ValidSpec } from './spec/validate.ts';
import { compilerVersion } from './version.generated.ts';

/** A spec's text → its environments, valid and resolved. Every mistake of every environment is reported at once. */
export async function resolveSpec(file: SourceFile): Promise<Outcome<readonly Platform[]>> {
  const spec = await readSpec(file);
  return spec.ok ? resolveEnvironments(spec.value) : spec;
}

/** The second half of `resolveSpec`: what a valid spec means, in each of its environments. */
export function resolveEnvironments(spec: ValidSpec): Outcome<readonly Platform[]> {
  const platforms: Platform[] = [];
  const errors: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  for (const { name } of spec.environments) {
    const resolved = resolvePlatform(spec, name);
    if (resolved.ok) platforms.push(resolved.value);
    if (resolved.ok) warnings.push(...resolved.warnings);
    else errors.push(...resolved.diagnostics);
  }
  if (errors.length > 0) return { ok: false, diagnostics: orderDiagnostics(errors) };
  return { ok: true, value: platforms, warnings: orderDiagnostics(warnings) };
}

/** The files of one environment, `platform.lock.json` among them, sorted by path. Pure: same spec, same bytes. */
export function compilePlatform(platform: Platform, specText: string): readonly Artifact[] {
  const artifacts = emitPlatform(platform, { specText });
  return [...artifacts, { path: lockName, text: formatLock(lockPlatform(platform, specText, artifacts)) }];
}

function lockPlatform(platform: Platform, specText: string, artifacts: readonly Artifact[]): Lock {
  return {
    lockVersion: 1,
    compiler: compilerVersion,
    spec: { sha256: hash(specText) },
    files: artifacts.map(({ path, text }) => ({ path, sha256: hash(text) })),
    platform,
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
