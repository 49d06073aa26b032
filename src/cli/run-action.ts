import { CommandError, type Context, type ExitCode } from './context.ts';

/** Runs a command, and turns every expected end into its exit code. Bugs are thrown on. */
export async function runAction(
  context: Context,
  argv: readonly string[],
  action: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    const exitCode = await action();
    return context.signal.aborted ? 130 : exitCode;
  } catch (error) {
    if (error instanceof CommandError) return (await import('./report-failure.ts')).reportFailure(context, error, argv);
    if (context.signal.aborted) return 130;
    throw error;
  }
}
