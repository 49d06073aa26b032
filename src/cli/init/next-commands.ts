import { shellArgument } from '../../print/shell.ts';
import type { Context } from '../context.ts';
import { renderCommand } from '../render-command.ts';
import type { Draft } from './draft.ts';

export interface NextCommand {
  readonly command: string;
  /** Empty where the command says it itself. */
  readonly why: string;
}

/** What to type after `platform init DIR`, in the current folder. */
export function listNextCommands(context: Context, dir: string, draft: Draft): readonly NextCommand[] {
  // A variable that names another spec would win over the one in the folder.
  const given = context.env['PLATFORM_SPEC'] ? { spec: 'platform.yaml' } : {};
  const env = draft.environments?.[0]?.replace(/=.*/s, '');
  const hasPipeline = (draft.api ?? draft.files ?? draft.catalog) !== undefined;
  const folder = `.platform/${env ?? 'default'}/`;
  return [
    ...(dir === '.' ? [] : [{ command: `cd ${shellArgument(dir.startsWith('-') ? `./${dir}` : dir).text}`, why: '' }]),
    { command: renderCommand(['validate'], given), why: 'every mistake at once' },
    { command: renderCommand(['compile'], given), why: 'Terraform and all the rest, into generated/' },
    hasPipeline
      ? { command: renderCommand(['ingest'], { ...given, env }), why: `into an embedded database, in ${folder}` }
      : { command: renderCommand(['db', 'init'], { ...given, env }), why: `an embedded database, in ${folder}` },
  ];
}
