import { Argument, type Command, Option } from 'commander';
import type { DoctorOptions } from './commands/doctor.ts';
import { addInitCommand } from './init-command.ts';
import { formatOption, positiveInteger, type Run, specOption } from './options.ts';
import type { Format } from './report.ts';

interface ExplainArguments {
  readonly spec?: string;
  readonly env?: string[];
  readonly out?: string;
  readonly map: boolean;
  readonly format: Format;
}

/** explain, init, doctor, completion: what helps with the other commands. */
export function addHelpCommands(program: Command, run: Run): void {
  program
    .command('explain [subject]')
    .description('what a code means (PF203), what made a line (ARTIFACT:LINE), which lines a key of the spec makes')
    .addOption(specOption())
    .addOption(new Option('--env <names...>', 'only these environments'))
    .option('--out <folder>', 'where the artifacts are; left out: generated/ beside the spec')
    .option('--map', 'write down what every place of the spec makes, in .platform/<environment>.map.json', false)
    .addOption(formatOption())
    .action((subject: string | undefined, options: ExplainArguments) =>
      run(async (context) => (await import('./commands/explain.ts')).runExplain(context, subject, options)),
    );
  addInitCommand(program, run);
  program
    .command('doctor')
    .description('what is missing on this machine or in this project, each with what mends it')
    .addOption(specOption())
    .addOption(new Option('--env <name>', 'the environment whose databases are looked at'))
    .addOption(new Option('--timeout <seconds>', 'how long each look may take').argParser(positiveInteger).default(10))
    .addOption(formatOption())
    .action((options: DoctorOptions) =>
      run(async (context) => (await import('./commands/doctor.ts')).runDoctor(context, options)),
    );
  program
    .command('completion')
    .description('the script that makes a shell complete commands, options and names')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') =>
      run(async (context) => (await import('./commands/completion.ts')).runCompletion(context, shell)),
    );
  program
    .command('__complete [words...]', { hidden: true })
    .action((words: string[]) =>
      run(async (context) => (await import('./commands/complete.ts')).runComplete(context, program, words)),
    );
}
