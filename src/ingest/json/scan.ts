import { isUtf8 } from 'node:buffer';
import type { JsonFault } from './fault.ts';
import { KnownTexts } from './known-texts.ts';
import { ScanStop } from './scan-stop.ts';
import { skipEscape } from './skip-escape.ts';
import { skipNumber } from './skip-number.ts';
import { type Tape, Token } from './tape.ts';

/** How deep arrays and objects may be nested. PostgreSQL's own bound is its stack, which differs by server. */
export const MAX_DEPTH = 512;

/** Far more than any real item has; the tape of so many takes 14 MB. */
const MAX_VALUES = 1 << 20;
/** A tape is so long at first, and one of the other length is kept from text to text. */
const enough = 1 << 10;
const kept = 1 << 16;

/**
 * Checks that bytes are one JSON text (RFC 8259) that jsonb takes, and leaves its values on a tape: numbers and strings
 * stay the bytes they are, so that nothing is lost by reading them. One scanner serves many texts and keeps its arrays.
 */
export class JsonScanner implements Tape {
  bytes: Buffer = Buffer.alloc(0);
  kinds = new Uint8Array(enough);
  starts = new Uint32Array(enough);
  ends = new Uint32Array(enough);
  nexts = new Uint32Array(enough);
  whitespace = 0;
  readonly texts = new KnownTexts();
  readonly #open = new Uint32Array(MAX_DEPTH);

  /** Null where the text is sound; then this is its tape until the next call. */
  scan(bytes: Buffer): JsonFault | null {
    if (!isUtf8(bytes)) return { code: 'notUtf8', message: 'the text is not valid UTF-8', offset: 0 };
    // No text has more values than bytes: what a large one before needed is not held for small ones.
    if (this.kinds.length > Math.max(kept, bytes.length)) this.#resize(enough);
    this.bytes = bytes;
    this.whitespace = 0;
    try {
      this.#scanText(bytes);
      return null;
    } catch (stop) {
      if (stop instanceof ScanStop) return stop.fault;
      throw stop;
    }
  }

  /**
   * One loop over values, keys among them, and one over what may come behind a value. It is long because it is what an
   * item costs most: all it needs stays in local variables, and nothing is called for the common case.
   */
  #scanText(bytes: Buffer): void {
    const size = bytes.length;
    // No string ends behind it, so that its end need not be looked for at every byte of a string.
    const lastQuote = bytes.lastIndexOf(0x22);
    // Strings are read by four bytes, as long as there are as many before it.
    const lastWord = lastQuote - 3;
    const view = new DataView(bytes.buffer);
    const base = bytes.byteOffset;
    const open = this.#open;
    let { kinds, starts, ends, nexts } = this;
    let [count, depth, inObject, isKey] = [0, 0, false, false];
    let at = this.#skipWhitespace(0);
    for (;;) {
      if (count === kinds.length) {
        this.#grow(count, at);
        ({ kinds, starts, ends, nexts } = this);
      }
      const first = bytes[at] as number;
      starts[count] = at;
      if (first === 0x22) {
        kinds[count] = Token.string;
        at += 1;
        for (;;) {
          if (at > lastQuote) throw explainOpenString(bytes, at);
          while (at < lastWord && !mayEndText(view.getInt32(base + at, true))) at += 4;
          let byte = bytes[at] as number;
          while (byte !== 0x22 && byte !== 0x5c && byte >= 0x20) byte = bytes[++at] as number;
          if (byte === 0x22) break;
          if (byte !== 0x5c) throw new ScanStop('notJson', 'a control character stands in a string', at);
          kinds[count] = Token.escapedString;
          at = skipEscape(bytes, at);
        }
        at += 1;
      } else if (isKey) {
        throw new ScanStop('notJson', 'expected a key in double quotes', at);
      } else if (first === 0x7b || first === 0x5b) {
        if (depth === MAX_DEPTH) throw new ScanStop('tooDeep', `nested deeper than ${MAX_DEPTH}`, at);
        inObject = first === 0x7b;
        kinds[count] = inObject ? Token.object : Token.array;
        open[depth] = count;
        depth += 1;
        count += 1;
        at += 1;
        if ((bytes[at] as number) <= 0x20) at = this.#skipWhitespace(at);
        if (bytes[at] !== (inObject ? 0x7d : 0x5d)) {
          isKey = inObject;
          continue;
        }
        count -= 1;
        depth -= 1;
        at += 1;
        if (depth > 0) inObject = kinds[open[depth - 1] as number] === Token.object;
      } else if ((first >= 0x30 && first <= 0x39) || first === 0x2d) {
        kinds[count] = Token.number;
        at = skipNumber(bytes, at);
      } else {
        const kind = findLiteral(bytes, at);
        kinds[count] = kind;
        at += kind === Token.false ? 5 : 4;
      }
      ends[count] = at;
      count += 1;
      nexts[count - 1] = count;
      if ((bytes[at] as number) <= 0x20) at = this.#skipWhitespace(at);
      if (isKey) {
        if (bytes[at] !== 0x3a) throw new ScanStop('notJson', 'expected : after a key', at);
        isKey = false;
      } else {
        while (depth > 0 && bytes[at] === (inObject ? 0x7d : 0x5d)) {
          depth -= 1;
          const index = open[depth] as number;
          at += 1;
          ends[index] = at;
          nexts[index] = count;
          if (depth > 0) inObject = kinds[open[depth - 1] as number] === Token.object;
          if ((bytes[at] as number) <= 0x20) at = this.#skipWhitespace(at);
        }
        if (depth === 0) break;
        if (bytes[at] !== 0x2c) throw new ScanStop('notJson', `expected , or ${inObject ? '}' : ']'}`, at);
        isKey = inObject;
      }
      at += 1;
      if ((bytes[at] as number) <= 0x20) at = this.#skipWhitespace(at);
    }
    if (at < size) throw new ScanStop('notJson', 'there is more after the end of the value', at);
  }

  #skipWhitespace(start: number): number {
    const { bytes } = this;
    let at = start;
    for (let byte = bytes[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[at])
      at += 1;
    this.whitespace += at - start;
    return at;
  }

  #grow(count: number, at: number): void {
    if (count === MAX_VALUES) throw new ScanStop('tooLarge', `the document has more than ${MAX_VALUES} values`, at);
    this.#resize(this.kinds.length * 2);
  }

  /** Keeps what there is on the tape as far as there is room. */
  #resize(size: number): void {
    const copy = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const other = new Uint32Array(size);
      other.set(old.subarray(0, size));
      return other;
    };
    [this.starts, this.ends, this.nexts] = [copy(this.starts), copy(this.ends), copy(this.nexts)];
    const { kinds } = this;
    this.kinds = new Uint8Array(size);
    this.kinds.set(kinds.subarray(0, size));
  }
}

/**
 * Whether one of four bytes does not simply stand in a string: a quote, a backslash, a control character. A byte less a
 * greater one borrows and so sets its highest bit, which none had that counts ('Bit Twiddling Hacks', S. E. Anderson,
 * 'Determine if a word has a zero byte'); one above such a byte may be taken for another.
 */
function mayEndText(word: number): boolean {
  const quote = word ^ 0x22222222;
  const slash = word ^ 0x5c5c5c5c;
  const found = ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((word - 0x20202020) & ~word);
  return (found & 0x80808080) !== 0;
}

/** What is wrong with a string that has no end: what was met first in it, or that it has none. */
function explainOpenString(bytes: Buffer, start: number): ScanStop {
  for (let at = start; at < bytes.length; ) {
    const byte = bytes[at] as number;
    if (byte < 0x20) return new ScanStop('notJson', 'a control character stands in a string', at);
    at = byte === 0x5c ? skipEscape(bytes, at) : at + 1;
  }
  return new ScanStop('notJson', 'a string has no end', bytes.length);
}

const LITERALS: readonly (readonly [Buffer, Token])[] = [
  [Buffer.from('true'), Token.true],
  [Buffer.from('false'), Token.false],
  [Buffer.from('null'), Token.null],
];

function findLiteral(bytes: Buffer, at: number): Token {
  for (const [word, kind] of LITERALS) {
    if (bytes[at] === word[0] && word.compare(bytes, at, Math.min(at + word.length, bytes.length)) === 0) return kind;
  }
  throw new ScanStop('notJson', 'expected a value', at);
}
