import { CommandError, type Context, type ExitCode } from '../context.ts';
import type { Format } from '../report.ts';

export interface ExplainOptions {
  readonly spec?: string | undefined;
  readonly env?: readonly string[] | undefined;
  /** Left out: `generated` in the project's folder. */
  readonly out?: string | undefined;
  readonly format: Format;
}

/** Where a line of an artifact comes from, and which lines a key of the spec makes. Not available yet. */
export function runExplainCause(_context: Context, subject: string, _options: ExplainOptions): Promise<ExitCode> {
  throw new CommandError(2, `${subject} is not a code`, { hint: 'write one as it stands in a message, e.g. PF203' });
}
