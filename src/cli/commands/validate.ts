import type { Context, ExitCode } from '../context.ts';
import { loadPlatforms } from '../load.ts';
import { type CheckFormat, printDiagnostics } from '../report.ts';

export interface ValidateOptions {
  readonly spec?: string | undefined;
  readonly env?: readonly string[] | undefined;
  readonly format: CheckFormat;
}

/** Says every mistake of the spec, or that it has none. */
export async function runValidate(context: Context, options: ValidateOptions): Promise<ExitCode> {
  const { platforms, warnings, spec } = await loadPlatforms(context, options);
  const sources = new Map([[spec.shown, spec.text]]);
  await printDiagnostics(context, options.format, warnings, { sources, exitCode: 0 });
  if (options.format !== 'pretty') return 0;
  const names = platforms.map(({ environment }) => environment);
  context.stdout.write(
    `${spec.shown} is valid: ${names.length === 1 ? 'environment' : 'environments'} ${names.join(', ')}\n`,
  );
  return 0;
}
