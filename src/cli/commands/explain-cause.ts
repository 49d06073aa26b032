import { openTrace, type Trace } from '../../trace/trace.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { locateOut } from '../find-spec.ts';
import { loadPlatforms } from '../load.ts';
import { readAgain } from '../read-again.ts';
import { explainKey } from './explain-key.ts';
import { explainLine, readLineSubject } from './explain-line.ts';
import { writeMap } from './explain-map.ts';
import type { Explained, ExplainOptions } from './explained.ts';

/**
 * Which places of the spec made a line of an artifact (`ARTIFACT:LINE`, `ARTIFACT:FROM-TO`), or which lines a place of the
 * spec makes (`hosting.cloudSql.tier`); with `map`, everything of both as a file.
 */
export async function runExplainCause(
  context: Context,
  subject: string | undefined,
  options: ExplainOptions,
): Promise<ExitCode> {
  const loaded = await loadPlatforms(context, options);
  const { shown, text } = loaded.spec;
  const wanted = loaded.platforms.map(({ environment }) => environment);
  const again = await readAgain({ path: shown, text }, wanted);
  if (again === null) throw new Error('a spec that was valid when it was loaded is not when it is read again');
  const { document, spec } = again;
  const out = locateOut(context, loaded.projectRoot, options.out);
  const traces = new Map<string, Trace>();
  const open = (environment: string): Trace => {
    const trace = traces.get(environment) ?? openTrace(spec, environment, text);
    traces.set(environment, trace);
    return trace;
  };
  const explained: Explained = { loaded, document, out, options, openTrace: open };
  if (options.map) await writeMap(context, explained);
  if (subject === undefined) {
    if (options.map) return 0;
    throw new CommandError(2, 'nothing to explain was named', {
      hint: 'name ARTIFACT:LINE, a key of the spec or a code, or write everything down with --map',
    });
  }
  const lines = readLineSubject(subject);
  if (lines === null) await explainKey(context, explained, subject);
  else await explainLine(context, explained, lines);
  return 0;
}
