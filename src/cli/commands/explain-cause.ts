import { resolve } from 'node:path';
import type { SpecNode } from '../../spec/node.ts';
import { readSpec, readTree } from '../../spec/read-spec.ts';
import type { ValidSpec } from '../../spec/validate.ts';
import { openTrace, type Trace } from '../../trace/trace.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { type LoadedPlatforms, loadPlatforms } from '../load.ts';
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
  const { document, spec } = await readAgain(loaded);
  const out = options.out === undefined ? resolve(loaded.projectRoot, 'generated') : resolve(context.cwd, options.out);
  const traces = new Map<string, Trace>();
  const open = (environment: string): Trace => {
    const trace = traces.get(environment) ?? openTrace(spec, environment, loaded.spec.text);
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

/** The spec that has just been loaded, as a tree with the place of all it says. */
async function readAgain({ spec: { text, shown } }: LoadedPlatforms): Promise<{ document: SpecNode; spec: ValidSpec }> {
  const file = { path: shown, text };
  const [document, spec] = [await readTree(file), await readSpec(file)];
  if (document === null || !spec.ok)
    throw new Error('a spec that was valid when it was loaded is not when it is read again');
  return { document, spec: spec.value };
}
