import { Command, CommanderError } from 'commander';
import { maskShapes } from '../diagnostic/secret-shapes.ts';
import { compilerVersion } from '../version.generated.ts';
import type { Context, ExitCode } from './context.ts';
import { addHelpCommands } from './help-commands.ts';
import type { Run } from './options.ts';
import { runAction } from './run-action.ts';
import { addRuntimeCommands } from './runtime-commands.ts';
import { addSpecCommands } from './spec-commands.ts';

/** Parses the arguments, runs the command, and gives its exit code. Bugs are thrown on. */
export async function runProgram(context: Context, argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const run: Run = async (action) => {
    exitCode = await action(context);
  };
  const program = createProgram(context, run);
  return runAction(context, argv, async () => {
    try {
      await program.parseAsync([...argv], { from: 'user' });
      return exitCode;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      return error.exitCode === 0 ? 0 : (await import('./report-failure.ts')).reportFailure(context, error, argv);
    }
  });
}

function createProgram(context: Context, run: Run): Command {
  const program = new Command('platform')
    .description('One YAML file becomes a running geospatial data platform.')
    .version(compilerVersion)
    // So that an option after `ingest plan` is plan's, not ingest's; every command inherits it.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(maskShapes(text)),
    })
    .showHelpAfterError('(add --help for the options)');
  addSpecCommands(program, run);
  addRuntimeCommands(program, run);
  addHelpCommands(program, run);
  return program;
}
