/** A JSON text without its insignificant whitespace. The text must be one that was scanned and found sound. */
export function compactJson(bytes: Buffer, whitespace: number): Buffer {
  if (whitespace === 0) return bytes;
  const compact = Buffer.allocUnsafe(bytes.length - whitespace);
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
  return compact;
}
