import type { HashedArtifact } from './artifact/artifact.ts';
import { hashText } from './artifact/hash.ts';
import { formatLock, type Lock, lockName } from './artifact/lock.ts';
import type { Diagnostic, Outcome } from './diagnostic/diagnostic.ts';
import { isSameDiagnostic, orderDiagnostics } from './diagnostic/order.ts';
import type { SourceFile } from './diagnostic/source.ts';
import { emitPlatform } from './emit/targets.ts';
import type { Platform } from './model/platform.ts';
import { resolvePlatform } from './model/resolve.ts';
import { checkEnvironments } from './model/rules/environments.ts';
import { checkRules } from './model/rules/rules.ts';
import { nameEnvironments, type Told } from './spec/name-environments.ts';
import { isWithin } from './spec/place.ts';
import { readSpec } from './spec/read-spec.ts';
import type { CheckedSpec } from './spec/validate.ts';
import { compilerVersion } from './version.generated.ts';

/** A spec's environments, valid and resolved: those that were asked for. */
export interface ResolvedSpec {
  /** In the spec's order. */
  readonly platforms: readonly Platform[];
  /** The names of all that the spec has. */
  readonly environments: readonly string[];
}

/** A spec's text → its environments, valid and resolved. Every mistake of every environment is reported at once. */
export async function resolveSpec(file: SourceFile): Promise<Outcome<readonly Platform[]>> {
  const resolved = await resolveEnvironments(file, []);
  return resolved.ok ? { ...resolved, value: resolved.value.platforms } : resolved;
}

/** As `resolveSpec`, of the environments named in `wanted` alone (none means all): only their mistakes and the base's count. */
export async function resolveEnvironments(file: SourceFile, wanted: readonly string[]): Promise<Outcome<ResolvedSpec>> {
  return resolveChecked(await readSpec(file, wanted));
}

/** The second half of `resolveEnvironments`: what a spec means, or what else is wrong with one that has mistakes. */
export function resolveChecked(spec: CheckedSpec): Outcome<ResolvedSpec> {
  if (!spec.ok)
    return { ok: false, diagnostics: orderDiagnostics([...spec.diagnostics, ...ruleGuesses(spec).map(spec.hide)]) };
  const { environments, names } = spec.value;
  const platforms: Platform[] = [];
  const told: Told[] = [];
  for (const { name } of environments) {
    const resolved = resolvePlatform(spec.value, name);
    if (resolved.ok) platforms.push(resolved.value);
    told.push({ name, diagnostics: resolved.ok ? resolved.warnings : resolved.diagnostics });
  }
  const shared = checkEnvironments(environments);
  const diagnostics = orderDiagnostics([...spec.warnings, ...shared, ...nameEnvironments(told, names.length, '')]);
  if (platforms.length < environments.length || shared.length > 0) return { ok: false, diagnostics };
  return { ok: true, value: { platforms, environments: names }, warnings: diagnostics };
}

/** What the rules say of every guess at what was meant, and of no place that is faulty itself. */
function ruleGuesses({ environments, names }: CheckedSpec & { ok: false }): readonly Diagnostic[] {
  const told = environments.map(({ name, guesses, faulty, namesInDoubt }): Told => {
    const [said = [], ...others] = guesses.map(({ value, node }) => checkRules({ value, root: node }));
    const certain = said.filter(
      (one) =>
        !(namesInDoubt && one.code === 'PF201') &&
        others.every((other) => other.some((another) => isSameDiagnostic(one, another))) &&
        ![one, ...(one.related ?? [])].some((place) => faulty.some((wrong) => isWithin(place, wrong))),
    );
    return { name, diagnostics: certain };
  });
  return nameEnvironments(told, Math.max(1, names.length), '');
}

/** The files of one environment, `platform.lock.json` among them, sorted by path. Pure: same spec, same bytes. */
export function compilePlatform(platform: Platform, specText: string): readonly HashedArtifact[] {
  const emitted = emitPlatform(platform, { specText });
  const artifacts = emitted.map((artifact) => ({ ...artifact, sha256: hashText(artifact.text) }));
  const lock = formatLock(lockPlatform(platform, specText, artifacts));
  return [...artifacts, { path: lockName, text: lock, sha256: hashText(lock) }];
}

function lockPlatform(platform: Platform, specText: string, artifacts: readonly HashedArtifact[]): Lock {
  return {
    lockVersion: 1,
    compiler: compilerVersion,
    spec: { sha256: hashText(specText) },
    files: artifacts.map(({ path, sha256 }) => ({ path, sha256 })),
    platform,
  };
}
