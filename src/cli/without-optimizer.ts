/**
 * Runs work that is over before optimised code would pay: V8's optimising compiler takes a third of the time of a
 * compile of a large spec, on other threads where there are idle cores and in its way where there are none.
 */
export async function withoutOptimizer<T>(work: () => Promise<T>): Promise<T> {
  // Loading this takes longer than a small spec has to win.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--no-opt');
  try {
    return await work();
  } finally {
    // V8's code that is kept after a compile is for the flags it was kept under.
    setFlagsFromString('--opt');
  }
}
