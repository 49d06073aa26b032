/**
 * Runs work that is over before optimised code would pay: V8's optimising compiler takes a third of the time of a
 * compile of a large spec, on other threads where there are idle cores and in its way where there are none.
 */
export function withoutOptimizer<T>(work: () => Promise<T>): Promise<T> {
  return withFlags('--no-opt', '--opt', work);
}

/**
 * Runs work whose time goes into a few loops, which are optimised soon all the same: of an ingestion of 20,000 items V8
 * would spend 0.6 s on four hundred functions, most of which are not called often enough to give that back. No code is
 * thrown away for not being in use, so that all of it is there to be kept for the next process.
 */
export function withLateOptimizer<T>(work: () => Promise<T>): Promise<T> {
  const budget = (bytes: number) => `--interrupt-budget=${bytes}`;
  return withFlags(`${budget(LATE_BUDGET)} --no-flush-bytecode`, `${budget(V8_BUDGET)} --flush-bytecode`, work);
}

/** Bytes of bytecode that a function runs through before V8 asks whether to optimise it; V8's own number. */
const V8_BUDGET = 66 * 1024;
const LATE_BUDGET = 9 * V8_BUDGET;

/** V8's code that is kept after a command is for the flags it was kept under, so that these are put back. */
async function withFlags<T>(flags: string, usual: string, work: () => Promise<T>): Promise<T> {
  // Loading this takes longer than a small spec has to win.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString(flags);
  try {
    return await work();
  } finally {
    setFlagsFromString(usual);
  }
}
