/** Kubernetes ends what it told to end after 30 seconds unless a pod asks for more; before that it must be over. */
const GRACE_MS = 20_000;

/**
 * Calls `giveUp` where the work has not ended some time after it was told to: a statement that waits for another's lock
 * may not. What was in flight then was not committed, and the shard's lease expires. Returns how to call it off.
 */
export function endInTime(signal: AbortSignal, giveUp: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(giveUp, GRACE_MS);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return () => {
    signal.removeEventListener('abort', start);
    clearTimeout(timer);
  };
}
