const SLOTS = 4096;
const LONGEST = 64;

/**
 * The texts of short strings that come again and again, as keys do: each is made once and then found by its bytes.
 * Holds the last text of each slot, whatever is read, so that it never grows.
 */
export class KnownTexts {
  readonly #texts = new Array<string>(SLOTS).fill('');

  /** The text of bytes that hold no escape. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > LONGEST) return bytes.toString('utf8', start, end);
    let hash = length;
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.#texts[slot] as string;
    if (isSpelled(bytes, start, length, known)) return known;
    const text = bytes.toString('utf8', start, end);
    this.#texts[slot] = text;
    return text;
  }
}

/** Whether bytes are a text. One beyond ASCII is never found: its characters are not its bytes. */
function isSpelled(bytes: Buffer, start: number, length: number, text: string): boolean {
  if (text.length !== length) return false;
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[start + at] as number;
    if (byte > 0x7f || byte !== text.charCodeAt(at)) return false;
  }
  return true;
}
