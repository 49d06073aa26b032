import type { Context, Output } from './context.ts';

/** The one real context: this process's environment, streams, clock and signals. */
export function createContext(process: NodeJS.Process): Context {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: createOutput(process.stdout, process.env),
    stderr: createOutput(process.stderr, process.env),
    now: () => new Date(),
    signal: listenForInterrupt(process),
  };
}

/**
 * One Ctrl-C may arrive more than once within these milliseconds: from the terminal, which tells every process of the
 * group, and from a parent that passes on what it was told (npx, a flow's task, which sends SIGTERM).
 */
const onePress = 200;

/** Aborted by the first signal; a second one of either kind ends the process at once, as a user who repeats it means it. */
function listenForInterrupt(process: NodeJS.Process): AbortSignal {
  const interrupt = new AbortController();
  let mayEnd = false;
  const listener = () => {
    if (mayEnd) process.exit(130);
    interrupt.abort();
    setTimeout(() => {
      mayEnd = true;
    }, onePress).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
  return interrupt.signal;
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
