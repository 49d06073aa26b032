import { readFile } from 'node:fs/promises';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { findSpec } from '../find-spec.ts';
import { reportFailure } from '../report-failure.ts';
import { showPath } from '../show-path.ts';
import { watchFile } from '../watch-file.ts';
import { runCompile } from './compile.ts';
import type { CompileOptions } from './compile-plan.ts';

/**
 * Compiles (or checks) now and after each save of the spec, until it is interrupted. Mistakes and what is in the way on
 * the disk are shown, and the next save is awaited. As JSON or SARIF: one object a line for each compile.
 */
export async function runWatch(context: Context, options: CompileOptions): Promise<ExitCode> {
  const { path } = findSpec(context, options.spec);
  const shown = showPath(context, path);
  const watch = watchFile(path, context.signal);
  let last: string | null = null;
  try {
    while (!context.signal.aborted) {
      const text = await readNow(path);
      if (text !== null && text !== last) await compileOnce(context, { ...options, spec: path }, last === null);
      else if (text === null && last === null) await runCompile(context, { ...options, spec: path });
      else if (text === null && last !== '') context.stderr.write(`${shown} is gone: waiting for it\n`);
      if (last === null) context.stderr.write(`watching ${shown}; Ctrl-C ends\n`);
      last = text ?? '';
      await watch.nextChange();
    }
  } finally {
    watch.close();
  }
  return 130;
}

async function compileOnce(context: Context, options: CompileOptions, isFirst: boolean): Promise<void> {
  const { format } = options;
  if (!isFirst) context.stderr.write(`\n${context.now().toISOString().slice(11, 19)}Z saved\n`);
  const lines = format === 'json' || format === 'sarif' ? holdLines(context) : null;
  const held = lines?.context ?? context;
  try {
    await runCompile(held, options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    await reportFailure(held, error, ['--format', format]);
  }
  if (lines !== null) context.stdout.write(`${JSON.stringify(JSON.parse(lines.read()))}\n`);
}

/** A context whose results are kept, to be written as one line. */
function holdLines(context: Context): { readonly context: Context; read(): string } {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  return { context: { ...context, stdout: { ...context.stdout, write } }, read: () => text };
}

/** The file's bytes, to be compared; null where it is not there; where it cannot be read, why. */
async function readNow(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : `\0${code}`;
  }
}
