import { execFile } from 'node:child_process';
import { CommandError, type Context } from './context.ts';

/** A lock of a large platform is a few megabytes. */
const longestOutput = 256 * 1024 * 1024;

/** What git prints to stdout; null where git is not installed or says no. Throws `CommandError` (130) when interrupted. */
export function runGit(context: Context, cwd: string, args: readonly string[]): Promise<string | null> {
  const options = { cwd, env: { ...context.env, LC_ALL: 'C' }, maxBuffer: longestOutput, signal: context.signal };
  return new Promise((resolve, reject) => {
    execFile('git', [...args], options, (error, stdout) => {
      if (context.signal.aborted) reject(new CommandError(130, 'interrupted', { cause: error }));
      else resolve(error === null ? stdout : null);
    });
  });
}
