/** Calls of one request at most, the first among them. */
const mostTries = 6;
/** Doubled after each: together 15 seconds at most. */
const firstWaitMilliseconds = 500;

export interface BackOffPorts {
  /** Rejects where the user ends the command. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/**
 * Asks again, after a wait, while the answer is one that passes; throws the last. Each wait is drawn from a range, so
 * that those who were refused together do not come back together.
 */
export async function backOff<T>(
  ask: () => Promise<T>,
  passes: (error: unknown) => boolean,
  { wait, random }: BackOffPorts,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === mostTries || !passes(error)) throw error;
      await wait(firstWaitMilliseconds * 2 ** (tries - 1) * (0.5 + random() / 2));
    }
  }
}
