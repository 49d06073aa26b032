import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import { FolderFailure } from '../../artifact/failure.ts';
import { hashText, listEnvironments, readFolder, writeFolder } from '../../artifact/folder.ts';
import { lockName, type PlannedFile, planWrite, type WantedFolder, type WritePlan } from '../../artifact/plan.ts';
import { compilePlatform } from '../../compile.ts';
import { formatDiagnostics } from '../../diagnostic/format.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { type LoadedPlatforms, loadPlatforms, showPath } from '../load.ts';
import { renderCommand } from '../render-command.ts';
import type { CheckFormat } from '../report.ts';

export interface CompileOptions {
  readonly spec?: string | undefined;
  readonly env?: readonly string[] | undefined;
  /** Left out: `generated` in the project's folder. */
  readonly out?: string | undefined;
  readonly check: boolean;
  readonly force: boolean;
  readonly format: CheckFormat;
}

/** Writes what the spec compiles to, or with `check` says what differs from it. */
export async function runCompile(context: Context, options: CompileOptions): Promise<ExitCode> {
  const loaded = await loadPlatforms(context, options);
  const out = options.out === undefined ? resolve(loaded.projectRoot, 'generated') : resolve(context.cwd, options.out);
  const plans = await explainFolder(context, () => planFolders(loaded, out, options));
  const refused = plans.flatMap(({ plan }) => plan.refused);
  if (!options.check && refused.length === 0)
    for (const { plan } of plans) await explainFolder(context, () => writeFolder(out, plan));
  const differs = plans.some(({ plan }) => plan.write.length + plan.remove.length + plan.refused.length > 0);
  const exitCode = refused.length > 0 || (options.check && differs) ? 1 : 0;
  await report(context, options, { loaded, out, plans, exitCode });
  return exitCode;
}

/** What is in the way on the disk, as the command's end. */
async function explainFolder<T>(context: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof FolderFailure)) throw cause;
    throw new CommandError(2, `cannot use ${showPath(context, cause.path)}: ${cause.message}`, {
      hint: 'move it out of the way or mend it, or name another folder with --out',
      cause,
    });
  }
}

interface FolderPlan {
  readonly environment: string;
  readonly plan: WritePlan;
}

async function planFolders(
  loaded: LoadedPlatforms,
  out: string,
  options: CompileOptions,
): Promise<readonly FolderPlan[]> {
  const wanted: WantedFolder[] = loaded.platforms.map((platform) => ({
    name: platform.environment,
    artifacts: compilePlatform(platform, loaded.spec.text).map((artifact) => ({
      artifact,
      sha256: hashText(artifact.text),
    })),
  }));
  // An environment that the spec no longer has goes in a full compile only.
  const full = options.env === undefined || options.env.length === 0;
  const gone = full ? (await listEnvironments(out)).filter((name) => !loaded.environments.includes(name)) : [];
  const plans: FolderPlan[] = [];
  for (const folder of [...wanted, ...gone.map((name) => ({ name, artifacts: [] }))]) {
    const paths = folder.artifacts.map(({ artifact }) => artifact.path);
    const plan = planWrite(folder, await readFolder(out, folder.name, paths), options.force);
    plans.push({ environment: folder.name, plan });
  }
  return plans;
}

interface Compiled {
  readonly loaded: LoadedPlatforms;
  readonly out: string;
  readonly plans: readonly FolderPlan[];
  readonly exitCode: ExitCode;
}

async function report(context: Context, options: CompileOptions, compiled: Compiled): Promise<void> {
  const { loaded, out, plans, exitCode } = compiled;
  const shown = showPath(context, out);
  const files = plans.flatMap(({ plan }) =>
    options.check ? [...plan.write, ...plan.remove, ...plan.refused] : plan.refused,
  );
  const again = (...flags: readonly string[]) =>
    renderCommand(['compile', loaded.spec.shown, ...flags], { env: options.env, out: options.out });
  if (options.format === 'sarif' || options.format === 'github') {
    const { describeFiles } = await import('./compile-findings.ts');
    const { printReport } = await import('../report.ts');
    const found = describeFiles(shown, files, again);
    const { warnings } = loaded;
    await printReport(context, options.format, { diagnostics: warnings, files: found, failure: null, exitCode });
    return;
  }
  if (options.format === 'json') {
    const environments = plans.map(({ environment, plan }) => ({
      environment,
      written: plan.write.map(toJson),
      removed: plan.remove.map(toJson),
      refused: plan.refused.map(toJson),
      unchanged: plan.unchanged,
    }));
    context.stdout.write(`${JSON.stringify({ out: shown, check: options.check, environments }, null, 2)}\n`);
    return;
  }
  const { shown: path, text } = loaded.spec;
  if (loaded.warnings.length > 0)
    context.stderr.write(formatDiagnostics(loaded.warnings, new Map([[path, text]]), context.stderr.color));
  for (const { environment, plan } of plans)
    context.stdout.write(`${shown}/${environment}  ${summarise(plan, options.check)}\n`);
  listFiles(context, shown, files);
  const refused = plans.some(({ plan }) => plan.refused.length > 0);
  for (const { environment, plan } of plans)
    if (plan.refused.some(({ reason }) => reason === 'unknown'))
      context.stderr.write(
        `${shown}/${environment}/${lockName} cannot be read (a merge conflict?): nothing tells our files from yours\n`,
      );
  if (refused) context.stderr.write(`Nothing was written over what is not ours. To overwrite: ${again('--force')}\n`);
  else if (options.check && files.length > 0) context.stderr.write(`To mend: ${again()}\n`);
}

function summarise(plan: WritePlan, check: boolean): string {
  const parts = check
    ? [
        [plan.write.length, 'to write'],
        [plan.remove.length, 'to remove'],
      ]
    : plan.refused.length > 0
      ? []
      : [
          [plan.write.length, 'written'],
          [plan.remove.length, 'removed'],
        ];
  const all = [...parts, [plan.refused.length, 'refused'], [plan.unchanged, 'unchanged']] as [number, string][];
  return all
    .filter(([count, what]) => count > 0 || what === 'unchanged')
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

const meaning: Record<PlannedFile['reason'], string> = {
  missing: 'missing',
  stale: 'stale',
  edited: 'edited by hand',
  foreign: 'not written by platform',
  unknown: 'not known to be ours',
  orphaned: 'no longer made',
};

function listFiles(context: Context, shown: string, files: readonly PlannedFile[]): void {
  const colors = createColors(context.stdout.color);
  const width = Math.max(0, ...files.map(({ reason }) => meaning[reason].length));
  for (const { path, reason } of files)
    context.stdout.write(`  ${colors.yellow(meaning[reason].padEnd(width))}  ${shown}/${path}\n`);
}

function toJson({ path, reason }: PlannedFile): { path: string; reason: string } {
  return { path, reason };
}
