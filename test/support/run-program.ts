import type { Context } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';

/** Runs `platform ARGS…` within this process, as `main.ts` would without a terminal, at the start of 1970. */
export async function runInProcess(
  args: readonly string[],
  { signal = new AbortController().signal, ...place }: Pick<Context, 'cwd' | 'env'> & Partial<Pick<Context, 'signal'>>,
) {
  const written = { stdout: '', stderr: '' };
  const capture = (stream: keyof typeof written) => ({
    write: (text: string) => {
      written[stream] += text;
    },
    isTerminal: false,
    color: false,
  });
  const output = { stdout: capture('stdout'), stderr: capture('stderr') };
  const code = await runProgram({ ...place, ...output, now: () => new Date(0), signal }, args);
  return { code, ...written };
}
