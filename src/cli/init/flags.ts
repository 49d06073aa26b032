import { CommandError } from '../context.ts';
import type { Draft } from './draft.ts';

export interface InitOptions extends Draft {
  readonly spec?: string | undefined;
  readonly ci?: 'github' | undefined;
  /** Ask nothing: what no flag says is as suggested. */
  readonly yes: boolean;
  readonly force: boolean;
  readonly format: 'pretty' | 'json';
}

type Key = keyof Draft;

const draftKeys = [
  ...(['name', 'project', 'region', 'network', 'hosting', 'zone', 'clients', 'pgstac', 'kubernetes'] as const),
  ...(['metaflowDatastore', 'metaflowService', 'metaflowImage'] as const),
  ...(['pipeline', 'api', 'collections', 'bbox', 'datetime', 'files', 'catalog', 'environments'] as const),
] satisfies readonly Key[];

/** What a flag says more of: without one of those it would be passed over, and whoever gave it would not know. */
const needs: readonly (readonly [flag: Key, oneOf: readonly Key[]])[] = [
  ['metaflowService', ['metaflowDatastore']],
  ['metaflowImage', ['metaflowDatastore']],
  ['collections', ['api']],
  ['bbox', ['api']],
  ['datetime', ['api']],
  ['pipeline', ['api', 'files', 'catalog']],
];

/** The flags of the command line that say something about the spec. Throws `CommandError` (exit 2) for one in vain. */
export function readDraft(options: Draft): Draft {
  const draft: Draft = Object.fromEntries(
    draftKeys.map((key) => [key, options[key]] as const).filter(([, value]) => value !== undefined),
  );
  for (const key of ['zone', 'clients'] as const)
    if (draft[key] !== undefined && draft.hosting !== 'virtualMachines')
      throw new CommandError(2, `${nameFlag(key)} is for --hosting virtualMachines`);
  for (const [flag, oneOf] of needs)
    if (draft[flag] !== undefined && oneOf.every((key) => draft[key] === undefined))
      throw new CommandError(2, `${nameFlag(flag)} is for ${oneOf.map(nameFlag).join(', ')}`);
  return draft;
}

function nameFlag(key: Key): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
