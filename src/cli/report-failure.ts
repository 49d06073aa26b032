import type { CommanderError } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { maskShapes } from '../diagnostic/secret-shapes.ts';
import { CommandError, type Context, type ExitCode } from './context.ts';
import { SpecError } from './load.ts';
import { type CheckFormat, printDiagnostics, printReport } from './report.ts';

/** Shows why a command ended early, as its format wants it; gives the exit code. */
export async function reportFailure(
  context: Context,
  error: CommandError | CommanderError,
  argv: readonly string[],
): Promise<ExitCode> {
  const format = readFormat(argv);
  if (error instanceof SpecError) {
    const { diagnostics, sources, exitCode } = error;
    await printDiagnostics(context, format, diagnostics, { sources, exitCode });
    if (format === 'pretty') context.stderr.write(`\n${error.message}; ${nameExplanation(diagnostics)}\n`);
    return exitCode;
  }
  const failure = describeFailure(error);
  const { message, hint, exitCode } = failure;
  if (format === 'json') context.stdout.write(`${JSON.stringify({ error: { message, hint } })}\n`);
  else if (format !== 'pretty') await printReport(context, format, { diagnostics: [], files: [], failure, exitCode });
  // The words go to stderr whatever the format: a person who reads a program's log finds them there.
  if (error instanceof CommandError && !error.isLogged) {
    context.stderr.write(`platform: ${message}\n`);
    if (hint !== undefined) context.stderr.write(`  → ${hint}\n`);
  }
  return exitCode;
}

/** Where to read on: one command where all have the same code, else which codes there are. */
function nameExplanation(diagnostics: readonly Diagnostic[]): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return codes.length === 1
    ? `\`platform explain ${codes[0]}\` says more`
    : `\`platform explain CODE\` says more of ${codes.join(', ')}`;
}

/** What was typed may hold a secret (a DSN where a file was meant), and stands in the message. */
function describeFailure(error: CommandError | CommanderError): {
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
} {
  const mask = (text: string | undefined) => (text === undefined ? undefined : maskShapes(text));
  if (error instanceof CommandError)
    return { message: maskShapes(error.message), hint: mask(error.hint), exitCode: error.exitCode };
  // Commander has written its words to stderr already; a suggestion is in brackets on a line of its own.
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
  return { message: maskShapes(message), hint: mask(hint?.replace(/^\((.*)\)$/, '$1')), exitCode: 2 };
}

/** Read from the arguments, because a command that failed has not handed its options back. */
function readFormat(argv: readonly string[]): CheckFormat {
  const formats = argv.flatMap((argument, index) =>
    argument === '--format' ? [argv[index + 1]] : argument.startsWith('--format=') ? [argument.slice(9)] : [],
  );
  const last = formats.at(-1);
  return last === 'json' || last === 'sarif' || last === 'github' ? last : 'pretty';
}
