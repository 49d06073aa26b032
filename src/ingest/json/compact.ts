/** A JSON text without its insignificant whitespace. The text must be one that was scanned and found sound. */
export function compactJson(bytes: Buffer, whitespace: number): Buffer {
  return whitespace === 0 ? bytes : strip(bytes, bytes.length - whitespace);
}

/** How far a text is looked at for whitespace: who prints it prints it everywhere. */
const LOOK_BYTES = 256;

/**
 * The same of a text that nobody has looked at yet, as far as its beginning shows. One that is no JSON becomes another one
 * that is none.
 */
export function compactUnread(bytes: Buffer): Buffer {
  return hasWhitespace(bytes) ? strip(bytes, bytes.length) : bytes;
}

function hasWhitespace(bytes: Buffer): boolean {
  let inString = false;
  for (let at = 0; at < bytes.length && at < LOOK_BYTES; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x22) inString = !inString;
    else if (byte === 0x5c) at += 1;
    else if (byte <= 0x20 && !inString) return true;
  }
  return false;
}

/** @param size Bytes that will be left, at most. */
function strip(bytes: Buffer, size: number): Buffer {
  const compact = Buffer.allocUnsafe(size);
  let written = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (inString) {
      if (byte === 0x5c) {
        compact[written++] = byte;
        at += 1;
        compact[written++] = bytes[at] as number;
        continue;
      }
      if (byte === 0x22) inString = false;
    } else if (byte === 0x22) {
      inString = true;
    } else if (byte <= 0x20) {
      continue;
    }
    compact[written++] = byte;
  }
  return compact.subarray(0, written);
}
