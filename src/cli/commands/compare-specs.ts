import { addOrigins } from '../../diff/origins.ts';
import { type EnvironmentPair, type Report, reportChanges } from '../../diff/report.ts';
import type { Threshold } from '../../diff/severity.ts';
import type { Platform } from '../../model/platform.ts';
import type { Context } from '../context.ts';
import type { LoadedPlatforms } from '../load.ts';
import { readBaseline } from './diff-baseline.ts';
import { readProviderVersions } from './diff-providers.ts';
import { type TracedOrigin, traceDiff } from './diff-trace.ts';

export interface Compared {
  readonly report: Report;
  /** What the spec was compared with, for people. */
  readonly shown: string;
  readonly origins: readonly TracedOrigin[];
  /** The spec as it is now: --adopt has written into it. */
  readonly loaded: LoadedPlatforms;
}

export interface CompareOptions {
  /** `lock` (also when left out), a git ref of the spec, or a spec file. */
  readonly against?: string | undefined;
  readonly env?: readonly string[] | undefined;
  readonly failOn?: Threshold | undefined;
  /** Trace every place that differs, however long it takes. */
  readonly hunks?: boolean | undefined;
}

/** Compares the spec with the locks or with another spec. Throws `CommandError` where that is not to be had. */
export async function compareSpecs(
  context: Context,
  loaded: LoadedPlatforms,
  options: CompareOptions,
): Promise<Compared> {
  const baseline = await readBaseline(context, loaded, options.against ?? 'lock');
  const { pairs, warnings } = await pairPlatforms(context, baseline.platforms, loaded, options.env ?? []);
  const changes = reportChanges(pairs, { today: dayOf(context.now()), failOn: options.failOn ?? null, warnings });
  const specs = { before: baseline.spec, after: { path: loaded.spec.shown, text: loaded.spec.text } };
  const { origins, untraced } = await traceDiff(pairs, specs, options.hunks === true);
  return { report: addOrigins(changes, origins, untraced), shown: baseline.shown, origins, loaded };
}

interface Pairs {
  readonly pairs: readonly EnvironmentPair[];
  /** A skew between the providers that apply the changes and those that the rules know. */
  readonly warnings: readonly string[];
}

/** By environment, in the spec's order; those that are gone from the spec come last, in a full diff only. */
async function pairPlatforms(
  context: Context,
  before: readonly Platform[],
  loaded: LoadedPlatforms,
  wanted: readonly string[],
): Promise<Pairs> {
  const gone = wanted.length > 0 ? [] : before.filter(({ environment }) => !loaded.environments.includes(environment));
  const was = (environment: string) => before.find((platform) => platform.environment === environment) ?? null;
  const sides = [
    ...loaded.platforms.map((after) => ({ environment: after.environment, before: was(after.environment), after })),
    ...gone.map((platform) => ({ environment: platform.environment, before: platform, after: null })),
  ];
  const pairs: EnvironmentPair[] = [];
  const warnings: string[] = [];
  for (const { environment, ...side } of sides) {
    const running = await readProviderVersions(context, loaded.projectRoot, environment);
    pairs.push({ ...side, running: running.ranges });
    warnings.push(...running.warnings);
  }
  return { pairs, warnings };
}

/** YYYY-MM-DD, UTC. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
