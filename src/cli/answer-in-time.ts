/** The answer; rejects where there is none in time, or the user ends the command. */
export async function answerInTime<T>(answer: Promise<T>, milliseconds: number, signal: AbortSignal): Promise<T> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
  return await Promise.race([
    answer,
    new Promise<never>((_, reject) => {
      end.addEventListener('abort', () => reject(end.reason), { once: true });
    }),
  ]);
}
