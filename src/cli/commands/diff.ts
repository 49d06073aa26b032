import { formatDiagnostics } from '../../diagnostic/format.ts';
import type { Change } from '../../diff/change.ts';
import { diffPlatforms } from '../../diff/diff.ts';
import { formatChanges } from '../../diff/format.ts';
import type { Platform } from '../../model/platform.ts';
import type { Context, ExitCode } from '../context.ts';
import { type LoadedPlatforms, loadPlatforms } from '../load.ts';
import { readBaseline } from './diff-baseline.ts';
import { readProviderVersions } from './diff-providers.ts';

export interface DiffOptions {
  readonly spec?: string | undefined;
  /** `lock` (also when left out), a git ref of the spec, or a spec file. */
  readonly against?: string | undefined;
  readonly env?: readonly string[] | undefined;
  /** Exit 1 where there are changes. */
  readonly exitCode: boolean;
  readonly format: 'pretty' | 'json';
}

/** Says what a change of the spec does to the running platform. */
export async function runDiff(context: Context, options: DiffOptions): Promise<ExitCode> {
  const loaded = await loadPlatforms(context, options);
  const baseline = await readBaseline(context, loaded, options.against ?? 'lock');
  const { changes, warnings } = await diffAll(context, baseline.platforms, loaded, options.env ?? []);
  if (options.format === 'json') {
    context.stdout.write(`${JSON.stringify({ changes, warnings }, null, 2)}\n`);
  } else {
    const { shown, text } = loaded.spec;
    context.stderr.write(formatDiagnostics(loaded.warnings, new Map([[shown, text]]), context.stderr.color));
    for (const warning of warnings) context.stderr.write(`warning: ${warning}\n`);
    context.stderr.write(`${shown} against ${baseline.shown}\n\n`);
    context.stdout.write(formatChanges(changes, context.stdout.color));
  }
  return options.exitCode && changes.length > 0 ? 1 : 0;
}

interface Differences {
  readonly changes: readonly Change[];
  /** A skew between the providers that apply them and those that the rules know. */
  readonly warnings: readonly string[];
}

/** By environment, in the spec's order; those that are gone from the spec come last, in a full diff only. */
async function diffAll(
  context: Context,
  before: readonly Platform[],
  loaded: LoadedPlatforms,
  wanted: readonly string[],
): Promise<Differences> {
  const gone = wanted.length > 0 ? [] : before.filter(({ environment }) => !loaded.environments.includes(environment));
  const was = (environment: string) => before.find((platform) => platform.environment === environment) ?? null;
  const changes: Change[] = [];
  const warnings: string[] = [];
  for (const after of loaded.platforms) {
    const running = await readProviderVersions(context, loaded.projectRoot, after.environment);
    changes.push(...diffPlatforms(was(after.environment), after, running.ranges));
    warnings.push(...running.warnings);
  }
  return { changes: [...changes, ...gone.flatMap((platform) => diffPlatforms(platform, null))], warnings };
}
