import { writeSync } from 'node:fs';

/**
 * Straight to a descriptor, since making `process.stdout` takes longer than most answers do. Gives what is still to be
 * written where a pipe is full for now: the stream waits for it.
 */
export function writeNow(descriptor: 1 | 2, text: string): Uint8Array {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A reader that goes away (`platform diff | head`) wants nothing more, and no stack trace.
    if (code === 'EPIPE') return new Uint8Array();
    if (code !== 'EAGAIN') throw error;
  }
  return rest;
}
