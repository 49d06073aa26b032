import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { askDraft, withStandIns } from '../init/ask.ts';
import { type CheckedDraft, checkDraft, type SpecPlace } from '../init/check.ts';
import type { Draft } from '../init/draft.ts';
import type { InitOptions } from '../init/flags.ts';
import { extendGitignore } from '../init/gitignore.ts';
import { listNextCommands } from '../init/next-commands.ts';
import { type PlannedFile, readIfThere, writePlanned } from '../init/planned-file.ts';
import { chooseSchema, type SchemaChoice } from '../init/schema-files.ts';
import { planWorkflow } from '../init/workflow.ts';
import { SpecError } from '../load.ts';
import { renderCommand } from '../render-command.ts';
import { printDiagnostics } from '../report.ts';
import { showPath } from '../show-path.ts';
import { alignRows } from '../table.ts';

/** Asks or takes the flags, checks what they make, and only then writes all files. */
export async function runInitSpec(
  context: Context,
  dir: string,
  given: Draft,
  options: InitOptions,
): Promise<ExitCode> {
  const folder = resolve(context.cwd, dir);
  const path = join(folder, 'platform.yaml');
  refuseSpec(context, folder, dir, options);
  const schema = chooseSchema(folder);
  const place: SpecPlace = { folder, shown: showPath(context, path), schema: schema.reference };
  // What is in the way is said before anything is asked.
  const besides = [await planGitignore(context, folder), ...(await planSchema(context, folder, schema, options))];
  const workflow = options.ci === undefined ? null : await planWorkflow(context, path, options);
  const { draft, workflow: wanted } = await completeGiven(context, given, place, { ...options, path });
  const checked = await checkDraft(draft, place);
  refuseMistakes(context, options, checked, place);
  const workflows = [workflow ?? wanted].filter((file) => file !== null);
  const files = [{ path, text: checked.text, isNew: true }, ...besides, ...workflows];
  await writePlanned(context, files);
  await printResult(context, options, { dir, draft, checked, place, files });
  return 0;
}

/** A spec that is there, also as `spec/platform.yaml`, which would be found next to this one. */
function refuseSpec(context: Context, folder: string, dir: string, { force, ci }: InitOptions): void {
  for (const name of force ? ['spec/platform.yaml'] : ['platform.yaml', 'spec/platform.yaml']) {
    const path = join(folder, name);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
    const again = renderCommand(['init', ...(dir === '.' ? [] : [dir]), '--force'], {});
    const workflow = ci === undefined ? '' : '; for the workflow alone: platform init --ci github, in its folder';
    throw new CommandError(2, `${showPath(context, path)} is there already`, {
      hint:
        name === 'platform.yaml' ? `to write it anew: ${again}${workflow}` : 'change that one, or move it away first',
    });
  }
}

interface Completed {
  readonly draft: Draft;
  /** The one that was asked for on the terminal. */
  readonly workflow: PlannedFile | null;
}

/** What the flags did not say: asked for where somebody sits at a terminal, else as suggested. */
async function completeGiven(
  context: Context,
  given: Draft,
  place: SpecPlace,
  options: InitOptions & { readonly path: string },
): Promise<Completed> {
  const isTerminal = process.stdin.isTTY === true && context.stderr.isTerminal;
  if (options.yes || !isTerminal || options.format === 'json') {
    if (given.project === undefined)
      throw new CommandError(2, 'there is nobody to ask, and one thing cannot be guessed: --project', {
        hint: "e.g. platform init --project acme-earth --files 'items/*.ndjson'; platform init --help lists the flags",
      });
    return { draft: given, workflow: null };
  }
  refuseMistakes(context, options, await checkDraft(withStandIns(given), place), place);
  const { openTerminal } = await import('../init/terminal.ts');
  const terminal = openTerminal(context);
  terminal.begin(`${place.shown}: Enter takes what stands there, Ctrl-C ends and writes nothing`);
  const draft = await askDraft(terminal, given, place);
  const workflow = options.ci === undefined ? await tryWorkflow(context, options) : null;
  const wantsWorkflow =
    workflow !== null && (await terminal.confirm('A GitHub workflow that checks each pull request?'));
  terminal.end('Everything is asked.');
  return { draft, workflow: wantsWorkflow ? workflow : null };
}

/** Null where there can be none: no repository, or nothing that a workflow could install. */
async function tryWorkflow(
  context: Context,
  options: InitOptions & { readonly path: string },
): Promise<PlannedFile | null> {
  try {
    return await planWorkflow(context, options.path, options);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 2) return null;
    throw error;
  }
}

function refuseMistakes(
  context: Context,
  { format }: InitOptions,
  { ok, diagnostics, text }: CheckedDraft,
  { shown }: SpecPlace,
): void {
  if (ok) return;
  if (format === 'pretty') context.stderr.write(`nothing was written: ${shown} would have mistakes\n\n`);
  throw new SpecError(diagnostics, new Map([[shown, text]]));
}

async function planGitignore(context: Context, folder: string): Promise<PlannedFile> {
  const path = join(folder, '.gitignore');
  const old = await readIfThere(context, path);
  const text = extendGitignore(old);
  return { path, text, isNew: text !== old };
}

async function planSchema(
  context: Context,
  folder: string,
  { copies }: SchemaChoice,
  { force }: InitOptions,
): Promise<readonly PlannedFile[]> {
  const plans = copies.map(async (copy): Promise<PlannedFile> => {
    const path = join(folder, copy.path);
    const old = await readIfThere(context, path);
    if (old !== null && old !== copy.text && !force)
      throw new CommandError(2, `${showPath(context, path)} is there already, and is another schema`, {
        hint: 'move it away, or overwrite it with --force',
      });
    return { path, text: copy.text, isNew: old !== copy.text };
  });
  return await Promise.all(plans);
}

interface Result {
  readonly dir: string;
  readonly draft: Draft;
  readonly checked: CheckedDraft;
  readonly place: SpecPlace;
  readonly files: readonly PlannedFile[];
}

async function printResult(
  context: Context,
  { format }: InitOptions,
  { dir, draft, checked, place, files }: Result,
): Promise<void> {
  const next = listNextCommands(context, dir, draft);
  const shown = files.map(({ path, isNew }) => ({ file: showPath(context, path), written: isNew }));
  if (format === 'json') {
    context.stdout.write(`${JSON.stringify({ files: shown, next: next.map(({ command }) => command) })}\n`);
    return;
  }
  const sources = new Map([[place.shown, checked.text]]);
  await printDiagnostics(context, format, checked.diagnostics, { sources, exitCode: 0 });
  const rows = shown.map(({ file, written }) => [file, written ? 'written' : 'as it was']);
  const steps = next.map(({ command, why }) => [`  ${command}`, why === '' ? '' : `# ${why}`]);
  context.stdout.write(`${[...alignRows(rows), '', 'Next:', ...alignRows(steps)].join('\n')}\n`);
}
