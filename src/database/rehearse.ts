import type { Session } from './connection.ts';

class RolledBack extends Error {}

/** Runs `work` in a transaction that is rolled back whatever comes of it. */
export async function rehearse<T>(
  transaction: (work: (session: Session) => Promise<never>) => Promise<never>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  let done: { readonly result: T } | undefined;
  try {
    await transaction(async (session) => {
      done = { result: await work(session) };
      throw new RolledBack();
    });
  } catch (error) {
    if (done === undefined || !(error instanceof RolledBack)) throw error;
  }
  if (done === undefined) throw new Error('a transaction that throws does not resolve');
  return done.result;
}
