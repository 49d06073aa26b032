import { createColors } from 'picocolors';
import { lockName } from '../../artifact/lock.ts';
import type { PlannedFile, WritePlan } from '../../artifact/plan.ts';
import { formatDiagnostics } from '../../diagnostic/format.ts';
import type { Context, ExitCode } from '../context.ts';
import { type LoadedPlatforms, showPath } from '../load.ts';
import { renderCommand } from '../render-command.ts';
import type { CompileOptions } from './compile-plan.ts';

export interface Compiled {
  readonly loaded: LoadedPlatforms;
  /** Absolute. */
  readonly out: string;
  readonly plans: readonly WritePlan[];
  readonly exitCode: ExitCode;
}

/** Says what was written, or what `--check` found, and which command mends it. */
export async function reportCompile(context: Context, options: CompileOptions, compiled: Compiled): Promise<void> {
  const { format } = options;
  if (format === 'json') reportJson(context, options, compiled);
  else if (format === 'pretty') reportPretty(context, options, compiled);
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

function reportJson(context: Context, options: CompileOptions, { out, plans }: Compiled): void {
  const environments = plans.map(({ name, write, remove, refused, unchanged }) => ({
    environment: name,
    written: write.map(toJson),
    removed: remove.map(toJson),
    refused: refused.map(toJson),
    unchanged,
  }));
  const report = { out: showPath(context, out), check: options.check, environments };
  context.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

function toJson({ path, reason }: PlannedFile): { path: string; reason: string } {
  return { path, reason };
}

function reportPretty(context: Context, options: CompileOptions, compiled: Compiled): void {
  const { loaded, out, plans } = compiled;
  const shown = showPath(context, out);
  if (loaded.warnings.length > 0) {
    const sources = new Map([[loaded.spec.shown, loaded.spec.text]]);
    context.stderr.write(formatDiagnostics(loaded.warnings, sources, context.stderr.color));
  }
  for (const plan of plans) context.stdout.write(`${shown}/${plan.name}  ${summarise(plan, options.check)}\n`);
  const files = listWrong(options, compiled);
  listFiles(context, shown, files);
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

function summarise({ write, remove, refused, unchanged }: WritePlan, check: boolean): string {
  // Where a file is refused, nothing at all was written.
  const done = check || refused.length === 0;
  const counts: readonly (readonly [number, string])[] = [
    [done ? write.length : 0, check ? 'to write' : 'written'],
    [done ? remove.length : 0, check ? 'to remove' : 'removed'],
    [refused.length, 'refused'],
  ];
  const some = counts.filter(([count]) => count > 0);
  return [...some, [unchanged, 'unchanged'] as const].map(([count, what]) => `${count} ${what}`).join(', ');
}

const meaning: Record<PlannedFile['reason'], string> = {
  missing: 'missing',
  stale: 'stale',
  edited: 'edited by hand',
  foreign: 'not written by platform',
  unknown: 'not known to be ours',
  orphaned: 'no longer made',
  unfinished: 'left by a compile that was cut short',
};

function listFiles(context: Context, shown: string, files: readonly PlannedFile[]): void {
  const colors = createColors(context.stdout.color);
  const width = Math.max(0, ...files.map(({ reason }) => meaning[reason].length));
  for (const { path, reason } of files)
    context.stdout.write(`  ${colors.yellow(meaning[reason].padEnd(width))}  ${shown}/${path}\n`);
}
