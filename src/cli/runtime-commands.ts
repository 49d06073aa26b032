import type { Command } from 'commander';
import { envOption, formatOption, positiveInteger, type Run, specOption, verifyFormatOption } from './options.ts';

interface RuntimeOptions {
  readonly spec?: string;
  readonly env?: string;
  readonly format: 'pretty' | 'json';
}

interface IngestOptions extends RuntimeOptions {
  readonly run?: string;
  readonly shard?: string;
  readonly index?: string;
  readonly finish?: boolean;
  readonly allowQuarantined?: boolean;
  readonly metrics?: string;
  readonly shards?: number;
  readonly limit?: number;
  readonly since?: string;
  readonly datetime?: string;
  readonly reconcile?: boolean;
  readonly skip: boolean;
}

interface RetryOptions extends RuntimeOptions {
  readonly reason?: string;
  readonly item?: string;
  readonly limit?: number;
  readonly run?: string;
  readonly allowQuarantined?: boolean;
}

/** db, ingest, verify: what reads and fills the databases. */
export function addRuntimeCommands(program: Command, run: Run): void {
  addDatabaseCommands(program, run);
  addIngestCommands(program, run);
  program
    .command('verify')
    .addOption(specOption())
    .addOption(envOption())
    .addOption(verifyFormatOption())
    .description('whether both databases are there, whole and usable, as a table of checks')
    .action((options: Omit<RuntimeOptions, 'format'> & { readonly format: 'pretty' | 'json' | 'junit' }) =>
      run(async (context) => (await import('./commands/verify.ts')).runVerify(context, options)),
    );
}

function addDatabaseCommands(program: Command, run: Run): void {
  const db = program.command('db').description('the two databases');
  withCommonOptions(db.command('init'))
    .description('install extensions, roles, pgSTAC and the ingest tables; again and again does no harm')
    .action((options: RuntimeOptions) =>
      run(async (context) => (await import('./commands/db.ts')).runDbInit(context, options)),
    );
  withCommonOptions(db.command('status'))
    .description('what is installed, and what is missing')
    .action((options: RuntimeOptions) =>
      run(async (context) => (await import('./commands/db.ts')).runDbStatus(context, options)),
    );
}

function addIngestCommands(program: Command, run: Run): void {
  const ingest = withCommonOptions(program.command('ingest [pipeline]'))
    .description('fill the databases from the STAC sources; resumes where it stopped')
    .option('--run <id>', 'the run to go on with (a UUID of `ingest plan`)')
    .option('--shard <K/N>', 'only this shard of the run; leaves receipts, `ingest finish` writes the log')
    .option('--index <I/N>', 'as --shard, counted from 0 as an indexed Job counts')
    .option('--finish', 'after the shard, finish the run where it was the last')
    .option('--limit <n>', 'at most so many items', positiveInteger)
    .option('--since <time>', 'only items from this moment on (RFC 3339)')
    .option('--datetime <start/end>', 'only items of this time, both ends in it; .. is open, a date its whole day')
    .option('--reconcile', 'afterwards delete items that are gone from the source')
    .option('--no-skip', 'load unchanged items too')
    .option('--rehydrate', 'let a collection change that its items are stored beside; each is read as before')
    .option('--allow-quarantined', 'exit 0, not 3, though items were quarantined')
    .option('--metrics <file|:port>', 'Prometheus metrics, written to a file or served on a port of this machine')
    .action((pipeline: string | undefined, options: IngestOptions) =>
      run(async (context) => (await import('./commands/ingest.ts')).runIngest(context, { ...options, pipeline })),
    );
  withCommonOptions(ingest.command('plan [pipeline]'))
    .description('make a run and its shards')
    .option('--shards <n>', 'how many', positiveInteger)
    .option('--limit <n>', 'at most so many items', positiveInteger)
    .option('--since <time>', 'only items from this moment on (RFC 3339)')
    .option('--datetime <start/end>', 'only items of this time, both ends in it; .. is open, a date its whole day')
    .option('--reconcile', 'once every shard is done, delete items that are gone from the source')
    .option('--run <id>', "the run's id, a UUID; left out: a new one")
    .action((pipeline: string | undefined, options: IngestOptions) =>
      run(async (context) => (await import('./commands/ingest.ts')).runIngestPlan(context, { ...options, pipeline })),
    );
  withCommonOptions(ingest.command('status [run]'))
    .description('how far the last runs are, or one; what is in quarantine, and what to type next')
    .option('--pipeline <name>', 'only runs of this pipeline')
    .action((id: string | undefined, options: RuntimeOptions & { readonly pipeline?: string }) =>
      run(async (context) =>
        (await import('./commands/ingest-status.ts')).runIngestStatus(context, { ...options, run: id }),
      ),
    );
  withCommonOptions(ingest.command('retry [pipeline]'))
    .description('try again what is in quarantine, after a fix; what still fails stays there')
    .option('--reason <word>', 'only items that are there for this reason')
    .option('--item <id>', 'only the item of this id')
    .option('--limit <n>', 'at most so many items', positiveInteger)
    .option('--run <id>', 'go on with a retry that was interrupted')
    .option('--allow-quarantined', 'exit 0, not 3, though items stay in quarantine')
    .action((pipeline: string | undefined, options: RetryOptions) =>
      run(async (context) =>
        (await import('./commands/ingest-retry.ts')).runIngestRetry(context, { ...options, pipeline }),
      ),
    );
  withCommonOptions(ingest.command('finish <run>'))
    .description('write ingestion_log from the receipts, close the run, print the row counts of both databases')
    .action((id: string, options: RuntimeOptions) =>
      run(async (context) => (await import('./commands/ingest.ts')).runIngestFinish(context, { ...options, run: id })),
    );
}

function withCommonOptions(command: Command): Command {
  return command.addOption(specOption()).addOption(envOption()).addOption(formatOption());
}
