import { lockName } from '../../artifact/lock.ts';
import type { PlannedFile, WritePlan } from '../../artifact/plan.ts';
import type { Context, ExitCode } from '../context.ts';
import type { LoadedPlatforms } from '../load.ts';
import { renderCommand } from '../render-command.ts';
import { showPath } from '../show-path.ts';
import type { CompileOptions } from './compile-plan.ts';
import { renderJson, renderSummary } from './compile-summary.ts';

export interface Compiled {
  readonly loaded: LoadedPlatforms;
  /** Absolute. */
  readonly out: string;
  readonly plans: readonly WritePlan[];
  readonly exitCode: ExitCode;
}

/** Says what was written, or what `--check` found, and which command mends it. */
export async function reportCompile(context: Context, options: CompileOptions, compiled: Compiled): Promise<void> {
  const { format, check } = options;
  const { out, plans } = compiled;
  if (format === 'json') context.stdout.write(renderJson({ shown: showPath(context, out), check, plans }));
  else if (format === 'pretty') await reportPretty(context, options, compiled);
  else await reportFindings(context, { ...options, format }, compiled);
}

async function reportFindings(
  context: Context,
  options: CompileOptions & { readonly format: 'sarif' | 'github' },
  compiled: Compiled,
): Promise<void> {
  const { loaded, out, exitCode } = compiled;
  const { describeFiles } = await import('./compile-findings.ts');
  const { printReport } = await import('../report.ts');
  const files = describeFiles(showPath(context, out), listWrong(options, compiled), repeat(options, loaded));
  await printReport(context, options.format, { diagnostics: loaded.warnings, files, failure: null, exitCode });
}

/** Of a compile only what was refused is wrong; of a check whatever differs. */
function listWrong({ check }: CompileOptions, { plans }: Compiled): readonly PlannedFile[] {
  return plans.flatMap(({ write, remove, refused }) => (check ? [...write, ...remove, ...refused] : refused));
}

/** The same compile once more, as it is typed. */
function repeat(options: CompileOptions, { spec }: LoadedPlatforms): (...flags: readonly string[]) => string {
  const { env, out, target } = options;
  return (...flags) => renderCommand(['compile', spec.shown, ...flags], { env, out, target });
}

async function reportPretty(context: Context, options: CompileOptions, compiled: Compiled): Promise<void> {
  const { loaded, out, plans } = compiled;
  const shown = showPath(context, out);
  if (loaded.warnings.length > 0) {
    const { formatDiagnostics } = await import('../../diagnostic/format.ts');
    const sources = new Map([[loaded.spec.shown, loaded.spec.text]]);
    context.stderr.write(formatDiagnostics(loaded.warnings, sources, context.stderr.color));
  }
  context.stdout.write(renderSummary({ shown, check: options.check, plans }));
  const files = listWrong(options, compiled);
  if (files.length > 0) await listFiles(context, shown, files);
  for (const { name, refused } of plans)
    if (refused.some(({ reason }) => reason === 'unknown'))
      context.stderr.write(
        `${shown}/${name}/${lockName} cannot be read (a merge conflict?): nothing tells our files from yours\n`,
      );
  const again = repeat(options, loaded);
  if (plans.some(({ refused }) => refused.length > 0))
    context.stderr.write(`Nothing was written over what is not ours. To overwrite: ${again('--force')}\n`);
  else if (options.check && files.length > 0) context.stderr.write(`To mend: ${again()}\n`);
}

const meaning: Record<PlannedFile['reason'], string> = {
  missing: 'missing',
  stale: 'stale',
  powerless: 'not executable',
  edited: 'edited by hand',
  foreign: 'not written by platform',
  unknown: 'not known to be ours',
  orphaned: 'no longer made',
  unfinished: 'left by a compile that was cut short',
};

async function listFiles(context: Context, shown: string, files: readonly PlannedFile[]): Promise<void> {
  const { createColors } = await import('picocolors');
  const colors = createColors(context.stdout.color);
  const width = Math.max(0, ...files.map(({ reason }) => meaning[reason].length));
  for (const { path, reason } of files)
    context.stdout.write(`  ${colors.yellow(meaning[reason].padEnd(width))}  ${shown}/${path}\n`);
}
