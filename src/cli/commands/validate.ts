import { diagnosticsToJson, formatDiagnostics } from '../../diagnostic/format.ts';
import type { Context, ExitCode } from '../context.ts';
import { loadPlatforms } from '../load.ts';

export interface ValidateOptions {
  readonly spec?: string | undefined;
  readonly env?: readonly string[] | undefined;
  readonly format: 'pretty' | 'json';
}

/** Says every mistake of the spec, or that it has none. */
export async function runValidate(context: Context, options: ValidateOptions): Promise<ExitCode> {
  const { platforms, warnings, spec } = await loadPlatforms(context, options);
  if (options.format === 'json') {
    context.stdout.write(diagnosticsToJson(warnings));
    return 0;
  }
  if (warnings.length > 0)
    context.stderr.write(formatDiagnostics(warnings, new Map([[spec.shown, spec.text]]), context.stderr.color));
  const names = platforms.map(({ environment }) => environment);
  context.stdout.write(
    `${spec.shown} is valid: ${names.length === 1 ? 'environment' : 'environments'} ${names.join(', ')}\n`,
  );
  return 0;
}
