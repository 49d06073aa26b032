import { existsSync } from 'node:fs';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { findSpec } from '../find-spec.ts';
import { type InitOptions, readDraft } from '../init/flags.ts';
import { writePlanned } from '../init/planned-file.ts';
import { planWorkflow } from '../init/workflow.ts';
import { showPath } from '../show-path.ts';
import { runInitSpec } from './init-spec.ts';

/**
 * `platform init [dir]`: a commented spec and what belongs beside it. `platform init --ci github` alone, where there is
 * a spec: only the workflow that checks and compares each pull request.
 */
export async function runInit(context: Context, dir: string | undefined, options: InitOptions): Promise<ExitCode> {
  const draft = readDraft(options);
  const isAlone = dir === undefined && !options.yes && Object.keys(draft).length === 0;
  if (options.spec !== undefined && !(isAlone && options.ci !== undefined))
    throw new CommandError(2, '--spec names the spec of a workflow: it goes with --ci alone', {
      hint: 'to write a spec, name its folder: platform init DIR',
    });
  if (isAlone && options.ci !== undefined && hasSpec(context, options)) return await runInitWorkflow(context, options);
  return await runInitSpec(context, dir ?? '.', draft, options);
}

function hasSpec(context: Context, { spec }: InitOptions): boolean {
  if (spec !== undefined) return true;
  try {
    return findSpec(context, spec).path !== '';
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function runInitWorkflow(context: Context, options: InitOptions): Promise<ExitCode> {
  const { path } = findSpec(context, options.spec);
  if (!existsSync(path)) throw new CommandError(2, `cannot read ${showPath(context, path)}: there is no such file`);
  const file = await planWorkflow(context, path, options);
  await writePlanned(context, [file]);
  const shown = showPath(context, file.path);
  const said = file.isNew ? 'written: commit it, and the next pull request is checked' : 'is as it would be written';
  context.stdout.write(
    options.format === 'json' ? `${JSON.stringify({ file: shown, written: file.isNew })}\n` : `${shown} ${said}\n`,
  );
  return 0;
}
