import { isUtf8 } from 'node:buffer';
import type { JsonFault } from './fault.ts';
import { KnownTexts } from './known-texts.ts';
import { fitsNumeric } from './number.ts';
import { ScanStop } from './scan-stop.ts';
import { type Tape, Token } from './tape.ts';

/** How deep arrays and objects may be nested. PostgreSQL's own bound is its stack, which differs by server. */
export const MAX_DEPTH = 512;

/** Far more than any real item has; the tape of so many takes 54 MB. */
const MAX_VALUES = 1 << 22;
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
  escapes = false;
  readonly texts = new KnownTexts();
  readonly #open = new Uint32Array(MAX_DEPTH);
  #count = 0;
  #at = 0;

  /** Null where the text is sound; then this is its tape until the next call. */
  scan(bytes: Buffer): JsonFault | null {
    if (!isUtf8(bytes)) return { code: 'notUtf8', message: 'the text is not valid UTF-8', offset: 0 };
    // No text has more values than bytes: what a large one before needed is not held for small ones.
    if (this.kinds.length > Math.max(kept, bytes.length)) this.#resize(enough);
    this.bytes = bytes;
    this.#count = 0;
    this.#at = 0;
    this.whitespace = 0;
    this.escapes = false;
    try {
      this.#scanText();
      return null;
    } catch (stop) {
      if (stop instanceof ScanStop) return stop.fault;
      throw stop;
    }
  }

  #scanText(): void {
    let depth = 0;
    this.#skipWhitespace();
    for (;;) {
      if (this.#scanValue(depth)) {
        depth += 1;
        continue;
      }
      while (depth > 0 && this.#closesContainer(depth)) depth -= 1;
      if (depth === 0) break;
    }
    if (this.#at < this.bytes.length) this.#stop('there is more after the end of the value');
  }

  /** True where the value is a container that was opened and is not empty: the next value is its first. */
  #scanValue(depth: number): boolean {
    const first = this.bytes[this.#at];
    if (first === 0x7b || first === 0x5b)
      return this.#openContainer(depth, first === 0x7b ? Token.object : Token.array);
    if (first === 0x22) this.#scanString();
    else if (first === 0x2d || (first !== undefined && first >= 0x30 && first <= 0x39)) this.#scanNumber();
    else if (first === 0x74) this.#scanLiteral('true', Token.true);
    else if (first === 0x66) this.#scanLiteral('false', Token.false);
    else if (first === 0x6e) this.#scanLiteral('null', Token.null);
    else this.#stop('expected a value');
    this.#skipWhitespace();
    return false;
  }

  #openContainer(depth: number, kind: Token): boolean {
    if (depth >= MAX_DEPTH) throw new ScanStop('tooDeep', `nested deeper than ${MAX_DEPTH}`, this.#at);
    const index = this.#push(kind, this.#at);
    this.#at += 1;
    this.#skipWhitespace();
    if (this.bytes[this.#at] === (kind === Token.object ? 0x7d : 0x5d)) {
      this.#at += 1;
      this.#finish(index);
      this.#skipWhitespace();
      return false;
    }
    this.#open[depth] = index;
    if (kind === Token.object) this.#scanKey();
    return true;
  }

  /** After a value: true where its container ends with it, false where a comma leads to the next value. */
  #closesContainer(depth: number): boolean {
    const index = this.#open[depth - 1] as number;
    const inObject = this.kinds[index] === Token.object;
    const next = this.bytes[this.#at];
    if (next === 0x2c) {
      this.#at += 1;
      this.#skipWhitespace();
      if (inObject) this.#scanKey();
      return false;
    }
    if (next !== (inObject ? 0x7d : 0x5d)) this.#stop(`expected , or ${inObject ? '}' : ']'}`);
    this.#at += 1;
    this.#finish(index);
    this.#skipWhitespace();
    return true;
  }

  #scanKey(): void {
    if (this.bytes[this.#at] !== 0x22) this.#stop('expected a key in double quotes');
    this.#scanString();
    this.#skipWhitespace();
    if (this.bytes[this.#at] !== 0x3a) this.#stop('expected : after a key');
    this.#at += 1;
    this.#skipWhitespace();
  }

  #scanString(): void {
    const bytes = this.bytes;
    const index = this.#push(Token.string, this.#at);
    let at = this.#at + 1;
    for (;;) {
      const byte = bytes[at];
      if (byte === 0x22) break;
      if (byte === 0x5c) {
        this.kinds[index] = Token.escapedString;
        this.escapes = true;
        at = this.#skipEscape(at);
      } else {
        this.#at = at;
        if (byte === undefined) this.#stop('a string has no end');
        if (byte < 0x20) this.#stop('a control character stands in a string');
        at += 1;
      }
    }
    this.#at = at + 1;
    this.#finish(index);
  }

  /** Offset behind the escape that starts at `at`; both halves of a surrogate pair are one. */
  #skipEscape(at: number): number {
    this.#at = at;
    const letter = this.bytes[at + 1];
    if (letter !== 0x75) {
      // " \ / b f n r t
      if (letter === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(letter)))
        this.#stop('an escape that JSON does not have');
      return at + 2;
    }
    const unit = this.#readHex(at + 2);
    if (unit === 0) throw new ScanStop('nulCharacter', '\\u0000 stands in a string, which PostgreSQL cannot hold', at);
    if (unit >= 0xdc00 && unit <= 0xdfff) this.#stop('half a surrogate pair');
    if (unit < 0xd800 || unit > 0xdbff) return at + 6;
    const second = this.bytes[at + 6] === 0x5c && this.bytes[at + 7] === 0x75 ? this.#readHex(at + 8) : 0;
    if (second < 0xdc00 || second > 0xdfff) this.#stop('half a surrogate pair');
    return at + 12;
  }

  #readHex(at: number): number {
    const text = this.bytes.toString('latin1', at, at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(text)) this.#stop('\\u without four hexadecimal digits');
    return Number.parseInt(text, 16);
  }

  #scanNumber(): void {
    const start = this.#at;
    if (this.bytes[this.#at] === 0x2d) this.#at += 1;
    if (this.bytes[this.#at] === 0x30) this.#at += 1;
    else this.#skipDigits();
    if (this.bytes[this.#at] === 0x2e) {
      this.#at += 1;
      this.#skipDigits();
    }
    const mark = this.bytes[this.#at];
    const hasExponent = mark === 0x65 || mark === 0x45;
    if (hasExponent) {
      this.#at += 1;
      const sign = this.bytes[this.#at];
      if (sign === 0x2b || sign === 0x2d) this.#at += 1;
      this.#skipDigits();
    }
    if ((hasExponent || this.#at - start > 1000) && !fitsNumeric(this.bytes.toString('latin1', start, this.#at)))
      throw new ScanStop('numberOutOfRange', 'a number is beyond what PostgreSQL can hold', start);
    this.#finish(this.#push(Token.number, start));
  }

  #skipDigits(): void {
    const start = this.#at;
    let byte = this.bytes[this.#at];
    while (byte !== undefined && byte >= 0x30 && byte <= 0x39) byte = this.bytes[++this.#at];
    if (this.#at === start) this.#stop('expected a digit');
  }

  #scanLiteral(word: string, kind: Token): void {
    if (this.bytes.toString('latin1', this.#at, this.#at + word.length) !== word) this.#stop('expected a value');
    const index = this.#push(kind, this.#at);
    this.#at += word.length;
    this.#finish(index);
  }

  #skipWhitespace(): void {
    const start = this.#at;
    let byte = this.bytes[this.#at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = this.bytes[++this.#at];
    this.whitespace += this.#at - start;
  }

  #push(kind: Token, start: number): number {
    if (this.#count === this.kinds.length) this.#grow();
    const index = this.#count++;
    this.kinds[index] = kind;
    this.starts[index] = start;
    return index;
  }

  #finish(index: number): void {
    this.ends[index] = this.#at;
    this.nexts[index] = this.#count;
  }

  #grow(): void {
    if (this.#count === MAX_VALUES)
      throw new ScanStop('tooLarge', `the document has more than ${MAX_VALUES} values`, this.#at);
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

  #stop(message: string): never {
    throw new ScanStop('notJson', message, this.#at);
  }
}
