import { runCompile } from '../commands/compile.ts';
import { runValidate } from '../commands/validate.ts';
import type { Context, ExitCode } from '../context.ts';
import { runAction } from '../run-action.ts';
import type { QuickArguments } from './read-arguments.ts';

/**
 * The root of the small bundle: `validate` and `compile` of a spec without a mistake. What they import late and that
 * bundle does not hold (scripts/bundle.mjs) throws `NotQuick`.
 */
export function runQuickly(context: Context, argv: readonly string[], given: QuickArguments): Promise<ExitCode> {
  return runAction(context, argv, () =>
    given.command === 'validate' ? runValidate(context, given) : runCompile(context, given),
  );
}
