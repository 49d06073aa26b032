import type { Context, Output } from './context.ts';
import { writeNow } from './write-now.ts';

interface ProcessContext extends Context {
  /** Whether all that was written is out, so that the process may end at once. */
  isWritten(): boolean;
}

/** The one real context: this process's environment, streams, clock and signals. */
export function createContext(process: NodeJS.Process): ProcessContext {
  const [stdout, stderr] = [createOutput(process, 'stdout'), createOutput(process, 'stderr')];
  return {
    isWritten: () => stdout.isWritten() && stderr.isWritten(),
    env: process.env,
    cwd: process.cwd(),
    stdout,
    stderr,
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

/** The stream is made where a text does not get out at once, or someone asks whether this is a terminal. */
function createOutput(process: NodeJS.Process, name: 'stdout' | 'stderr'): Output & { isWritten(): boolean } {
  let stream: NodeJS.WriteStream | null = null;
  let isWaiting = false;
  const open = () => {
    stream ??= ignoreGoneReader(process[name]);
    return stream;
  };
  return {
    isWritten: () => !isWaiting,
    write: (text) => {
      const rest = isWaiting ? text : writeNow(name === 'stdout' ? 1 : 2, text);
      if (rest.length === 0) return;
      // From here on the stream alone keeps the order.
      isWaiting = true;
      open().write(rest);
    },
    get isTerminal() {
      return open().isTTY === true;
    },
    get size() {
      const { columns, rows } = open();
      // A terminal that does not know its size says 0.
      return { columns: columns || 80, rows: rows || 24 };
    },
    get color() {
      const { env } = process;
      return env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? true : this.isTerminal && env['TERM'] !== 'dumb';
    },
  };
}

function ignoreGoneReader(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
