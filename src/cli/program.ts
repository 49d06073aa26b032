import { Command, CommanderError } from 'commander';
import { diagnosticsToJson, formatDiagnostics } from '../diagnostic/format.ts';
import { compilerVersion } from '../version.generated.ts';
import { CommandError, type Context, type ExitCode } from './context.ts';
import { SpecError } from './load.ts';
import type { Run } from './options.ts';
import { addRuntimeCommands } from './runtime-commands.ts';
import { addSpecCommands } from './spec-commands.ts';

/** Parses the arguments, runs the command, and turns every expected end into its exit code. Bugs are thrown on. */
export async function runProgram(context: Context, argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const run: Run = async (action) => {
    exitCode = await action(context);
  };
  const program = createProgram(context, run);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return context.signal.aborted ? 130 : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof SpecError) return showMistakes(context, error, argv);
    if (error instanceof CommandError) return showError(context, error, argv);
    if (context.signal.aborted) return 130;
    throw error;
  }
}

function createProgram(context: Context, run: Run): Command {
  const program = new Command('platform')
    .description('One YAML file becomes a running geospatial data platform.')
    .version(compilerVersion)
    // So that an option after `ingest plan` is plan's, not ingest's; every command inherits it.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.stdout.write(text), writeErr: (text) => context.stderr.write(text) })
    .showHelpAfterError('(add --help for the options)');
  addSpecCommands(program, run);
  addRuntimeCommands(program, run);
  return program;
}

function showMistakes(context: Context, error: SpecError, argv: readonly string[]): ExitCode {
  if (wantsJson(argv)) context.stdout.write(diagnosticsToJson(error.diagnostics));
  else
    context.stderr.write(
      `${formatDiagnostics(error.diagnostics, error.sources, context.stderr.color)}\n${error.message}\n`,
    );
  return error.exitCode;
}

/** The words go to stderr in both formats: a person who reads a program's log finds them there. */
function showError(context: Context, { message, hint, exitCode }: CommandError, argv: readonly string[]): ExitCode {
  if (wantsJson(argv)) context.stdout.write(`${JSON.stringify({ error: { message, hint } })}\n`);
  context.stderr.write(`platform: ${message}\n`);
  if (hint !== undefined) context.stderr.write(`  → ${hint}\n`);
  return exitCode;
}

// Read from the arguments, because a command that failed has not handed its options back.
function wantsJson(argv: readonly string[]): boolean {
  const formats = argv.flatMap((argument, index) =>
    argument === '--format' ? [argv[index + 1]] : argument.startsWith('--format=') ? [argument.slice(9)] : [],
  );
  return formats.at(-1) === 'json';
}
