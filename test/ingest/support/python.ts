import { runOrThrow } from '../../support/run.ts';
import { pypgstac } from './databases.ts';

/** Runs `code` in pypgstac 0.9.11's environment with `lines` (JSON texts) on stdin; gives what it printed, by line. */
export async function askPython(code: string, lines: readonly string[]): Promise<readonly string[]> {
  const { python } = await pypgstac('0.9.11');
  const { stdout } = await runOrThrow(python, ['-c', code], { input: `${lines.join('\n')}\n` });
  return stdout.trimEnd().split('\n');
}
