import { type Command, Option } from 'commander';
import { thresholds } from '../diff/severity.ts';
import { type TargetName, targetNames } from '../emit/target.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { ViewOptions } from './commands/view.ts';
import { checkFormatOption, diffFormatOption, formatOption, positiveInteger, type Run, specOption } from './options.ts';
import type { CheckFormat } from './report.ts';

interface CheckOptions {
  readonly spec?: string;
  readonly env?: string[];
  readonly format: CheckFormat;
}

interface CompileFlags extends CheckOptions {
  readonly target?: TargetName[];
  readonly out?: string;
  readonly check: boolean;
  readonly force: boolean;
  readonly watch: boolean;
}

/** validate, compile, diff, view: what needs nothing but the spec. */
export function addSpecCommands(program: Command, run: Run): void {
  const envs = (): Option => new Option('--env <names...>', 'only these environments');
  program
    .command('validate [spec]')
    .description('every mistake of the spec at once, each with its place and what to write instead')
    .addOption(specOption())
    .addOption(envs())
    .addOption(checkFormatOption())
    .action((spec: string | undefined, options: CheckOptions) =>
      run(async (context) =>
        (await import('./commands/validate.ts')).runValidate(context, { ...options, spec: spec ?? options.spec }),
      ),
    );
  program
    .command('compile [spec]')
    .description('write Terraform, Kubernetes, Metaflow, SQL and team files')
    .addOption(specOption())
    .addOption(envs())
    .addOption(new Option('--target <names...>', 'only what these make').choices(targetNames))
    .option('--out <folder>', 'where to; left out: generated/ beside the spec')
    .option('--check', 'write nothing; name what is stale, missing or edited by hand, and exit 1 if anything is', false)
    .option('--force', 'overwrite files that were edited by hand', false)
    .option('--watch', 'compile (or check) again at each save of the spec, until Ctrl-C', false)
    .addOption(checkFormatOption())
    .action((spec: string | undefined, { watch, ...options }: CompileFlags) =>
      run(async (context) => {
        const given = { ...options, spec: spec ?? options.spec };
        if (watch) return (await import('./commands/watch.ts')).runWatch(context, given);
        return (await import('./commands/compile.ts')).runCompile(context, given);
      }),
    );
  program
    .command('diff [spec]')
    .description('what a change of the spec does to the running platform, by resource and field')
    .addOption(specOption())
    .addOption(envs())
    .option('--against <what>', 'lock, a git ref of the spec, a spec file, or live: what runs on Cloud SQL', 'lock')
    .option('--adopt', 'with --against live: write what runs into the spec, as far as it can say it', false)
    .option('--exit-code', 'exit 1 if there are changes', false)
    .addOption(
      new Option(
        '--fail-on <impact>',
        'exit 1 if a change is that bad or worse and the spec does not acknowledge it; one that loses data is at least a replace, and a replace that does is a destroy',
      ).choices(thresholds),
    )
    .option('--hunks', 'below the changes, what each line of the spec behind them writes in the generated files', false)
    .addOption(diffFormatOption())
    .action((spec: string | undefined, options: DiffOptions) =>
      run(async (context) =>
        (await import('./commands/diff.ts')).runDiff(context, { ...options, spec: spec ?? options.spec }),
      ),
    );
  program
    .command('view [spec]')
    .description(
      'one HTML file that shows the platform: what it is made of, who reaches what, what changes, what it holds',
    )
    .addOption(specOption())
    .addOption(new Option('--env <name>', 'only this environment'))
    .option(
      '--against <what>',
      'what changes are shown against: lock (left out), a git ref of the spec, or a spec file',
    )
    .option('--out <file>', 'where to; left out: .platform/view.html beside the spec')
    .option('--items <n>', 'items drawn at most, of each environment: more are sampled evenly', positiveInteger, 50_000)
    .addOption(formatOption())
    .action((spec: string | undefined, options: ViewOptions) =>
      run(async (context) =>
        (await import('./commands/view.ts')).runView(context, { ...options, spec: spec ?? options.spec }),
      ),
    );
}
