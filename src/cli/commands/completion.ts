import { completions } from '../completions.generated.ts';
import type { Context, ExitCode } from '../context.ts';

/** Prints the script that a shell loads. It asks the program itself at every TAB, so it never knows less than that does. */
export function runCompletion(context: Context, shell: keyof typeof completions): ExitCode {
  context.stdout.write(completions[shell]);
  return 0;
}
