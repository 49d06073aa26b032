import { type Command, Option } from 'commander';
import type { InitOptions } from './init/flags.ts';
import { formatOption, type Run, specOption } from './options.ts';

/** init: its flags are the questions that it asks on a terminal. */
export function addInitCommand(program: Command, run: Run): void {
  program
    .command('init [dir]')
    .description(
      'a commented platform.yaml, .gitignore, and the schema for editors: asks on a terminal, or takes flags',
    )
    .option('--name <name>', "the platform's name, the prefix of all it makes; left out: the folder's")
    .option('--project <id>', 'the Google Cloud project')
    .option('--region <region>', 'its region; left out: europe-west1')
    .option('--network <path>', 'the VPC network; left out: projects/PROJECT/global/networks/default')
    .addOption(new Option('--hosting <kind>', 'where the databases run').choices(['cloudSql', 'virtualMachines']))
    .option('--zone <zone>', 'of the virtual machines')
    .option('--clients <ranges...>', 'address ranges that may reach the virtual machines')
    .option('--pgstac <release>', 'the pgSTAC release')
    .option('--kubernetes <version>', 'the version of the GKE cluster; left out: no cluster')
    .option('--metaflow-datastore <bucket>', "Metaflow's datastore (gs://…); left out: no Metaflow")
    .option('--metaflow-service <url>', "Metaflow's metadata service")
    .option('--metaflow-image <image>', "what Metaflow's pods run")
    .option('--pipeline <name>', 'the name of the first pipeline, which loads one of the next three')
    .addOption(new Option('--api <url>', 'a STAC API').conflicts(['files', 'catalog']))
    .option('--collections <ids...>', 'the collections of the API to load')
    .option('--bbox <box>', 'only items in WEST,SOUTH,EAST,NORTH (degrees)')
    .option('--datetime <start/end>', 'only items of this time; .. is open')
    .addOption(new Option('--files <paths...>', 'files: paths, globs, URLs').conflicts('catalog'))
    .option('--catalog <path>', 'a static STAC catalog, by its path or URL')
    .option('--environments <names...>', 'NAME or NAME=PROJECT, production last; left out: one')
    .addOption(new Option('--ci <service>', 'the workflow that checks each pull request').choices(['github']))
    .addOption(specOption())
    .option('--yes', 'ask nothing', false)
    .option('--force', 'overwrite a spec, and a workflow that is not ours or was edited', false)
    .addOption(formatOption())
    .action((dir: string | undefined, options: InitOptions) =>
      run(async (context) => (await import('./commands/init.ts')).runInit(context, dir, options)),
    );
}
