import { writeFolders } from '../../artifact/write.ts';
import type { Context, ExitCode } from '../context.ts';
import { loadPlatforms } from '../load.ts';
import { type CompileOptions, explainFolder, findOut, planFolders } from './compile-plan.ts';
import { reportCompile } from './compile-report.ts';

/** Writes what the spec compiles to, or with `check` says what differs from it. */
export async function runCompile(context: Context, options: CompileOptions): Promise<ExitCode> {
  const loaded = await loadPlatforms(context, options);
  const out = findOut(context, loaded, options.out);
  const plans = planFolders(context, loaded, out, options);
  const isRefused = plans.some(({ refused }) => refused.length > 0);
  if (!options.check && !isRefused) explainFolder(context, () => writeFolders(out, plans));
  const differs = plans.some(({ write, remove, refused }) => write.length + remove.length + refused.length > 0);
  const exitCode = isRefused || (options.check && differs) ? 1 : 0;
  await reportCompile(context, options, { loaded, out, plans, exitCode });
  return exitCode;
}
