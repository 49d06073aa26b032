import { shellArgument } from '../print/shell.ts';

/** What was given with this command, and has to be given with the next one too. */
export interface Given {
  readonly spec?: string | undefined;
  readonly env?: string | readonly string[] | undefined;
  readonly out?: string | undefined;
  readonly target?: readonly string[] | undefined;
}

/** A command of ours that runs as it is printed: words quoted for a shell, and its options as given. */
export function renderCommand(words: readonly string[], { spec, env, out, target = [] }: Given): string {
  const envs = typeof env === 'string' ? [env] : (env ?? []);
  const options = [
    ...(spec === undefined ? [] : ['--spec', spec]),
    ...(envs.length === 0 ? [] : ['--env', ...envs]),
    ...(out === undefined ? [] : ['--out', out]),
    ...(target.length === 0 ? [] : ['--target', ...target]),
  ];
  return ['platform', ...words, ...options].map((word) => shellArgument(word).text).join(' ');
}
