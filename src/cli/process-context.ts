import type { Context, Output } from './context.ts';

/** The one real context: this process's environment, streams, clock and signals. */
export function createContext(process: NodeJS.Process): Context {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupt.abort();
      // A second one ends the process at once, as a user who presses Ctrl-C twice means it.
      process.once(signal, () => process.exit(130));
    });
  }
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: createOutput(process.stdout, process.env),
    stderr: createOutput(process.stderr, process.env),
    now: () => new Date(),
    signal: interrupt.signal,
  };
}

function createOutput(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Output {
  // A reader that goes away (`platform diff | head`) ends the output, not with a stack trace.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const isTerminal = stream.isTTY === true;
  const color = env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? true : isTerminal && env['TERM'] !== 'dumb';
  return { write: (text) => void stream.write(text), isTerminal, color };
}
