import { FolderFailure, isSystemError } from '../../artifact/failure.ts';
import type { WritePlan } from '../../artifact/plan.ts';
import { writeFolders } from '../../artifact/write.ts';
import type { Context, ExitCode } from '../context.ts';
import { type LoadedPlatforms, readSpecFile, resolvePlatforms, type SpecFile } from '../load.ts';
import { withoutOptimizer } from '../optimizer.ts';
import { buildId } from '../start/build-id.ts';
import { rememberUnchanged } from '../unchanged/remember.ts';
import { type CompileOptions, explainFolder, findOut, planFolders } from './compile-plan.ts';
import { reportCompile } from './compile-report.ts';

/** Writes what the spec compiles to, or with `check` says what differs from it. */
export async function runCompile(context: Context, options: CompileOptions): Promise<ExitCode> {
  const started = context.now().getTime();
  const spec = readSpecFile(context, options.spec);
  const compile = () => compileSpec(context, options, spec, started);
  return spec.text.length < largeSpec ? compile() : withoutOptimizer(compile);
}

/** In characters: that of some fifty pipelines. */
const largeSpec = 20_000;

async function compileSpec(
  context: Context,
  options: CompileOptions,
  spec: SpecFile,
  started: number,
): Promise<ExitCode> {
  const loaded = await resolvePlatforms(spec, options.env ?? []);
  const out = findOut(context, loaded, options.out);
  const plans = explainFolder(context, () => bringAbout(context, loaded, out, options));
  const isRefused = plans.some(isRefusedIn);
  const differs = plans.some(({ write, remove, refused }) => write.length + remove.length + refused.length > 0);
  const exitCode = isRefused || (options.check && differs) ? 1 : 0;
  const isIdle = !options.check && !differs && loaded.warnings.length === 0 && (options.target ?? []).length === 0;
  if (isIdle && buildId !== null)
    rememberUnchanged({ build: buildId, started, loaded, out, asked: options.env ?? [], plans });
  await reportCompile(context, options, { loaded, out, plans, exitCode });
  return exitCode;
}

const isRefusedIn = ({ refused }: WritePlan): boolean => refused.length > 0;

/** How often another compile may come between. */
const mostTurns = 5;

/**
 * Plans, and writes what was planned where it may. Another compile of the same folder at the same time, one of --watch
 * say, moves or removes what this one staged: then what is left is planned anew.
 */
function bringAbout(
  context: Context,
  loaded: LoadedPlatforms,
  out: string,
  options: CompileOptions,
): readonly WritePlan[] {
  for (let turn = 1; ; turn++) {
    const plans = planFolders(context, loaded, out, options);
    if (options.check || plans.some(isRefusedIn)) return plans;
    try {
      writeFolders(out, plans);
      return plans;
    } catch (error) {
      if (turn === mostTurns || !wasCrossed(error)) throw error;
    }
  }
}

function wasCrossed(error: unknown): boolean {
  const cause = error instanceof FolderFailure ? error.cause : undefined;
  return isSystemError(cause) && ['ENOENT', 'EEXIST', 'ENOTEMPTY'].includes(cause.code ?? '');
}
