import type { Tape } from '../json/tape.ts';

/** What separates fields and rows, and the escape itself (PostgreSQL's documentation, 'COPY', 'Text Format'). */
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text as a field of COPY. */
export function escapeCopy(text: string): string {
  return /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] as string) : text;
}

const NO_BYTES = Buffer.alloc(0);
const SLAB_BYTES = 1 << 20;
/** Fewer bytes than this are copied by a loop: a call out of JavaScript costs more. */
const FEW_BYTES = 48;

/**
 * Writes rows in the text format of COPY. In JSON without whitespace only backslashes need care. Rows lie one behind the
 * other in slabs of memory, which live as long as one of their rows is held.
 */
export class CopyText {
  #slab = NO_BYTES;
  /** Of the row that is being written. */
  #start = 0;
  #end = 0;

  /** Text known to hold no backslash and nothing beyond ASCII. */
  ascii(text: string): void {
    this.#reserve(text.length);
    if (text.length < FEW_BYTES) {
      for (let at = 0; at < text.length; at += 1) this.#slab[this.#end++] = text.charCodeAt(at);
    } else {
      this.#end += this.#slab.write(text, this.#end, 'latin1');
    }
  }

  text(text: string): void {
    const escaped = escapeCopy(text);
    // A character of a string is three bytes of UTF-8 at most.
    this.#reserve(escaped.length * 3);
    this.#end += this.#slab.write(escaped, this.#end);
  }

  /** A value of a tape in its own bytes; the tape must have no whitespace. */
  value(tape: Tape, index: number): void {
    this.#span(tape.bytes, tape.starts[index] as number, tape.ends[index] as number, tape.escapes);
  }

  /** A member of an object, its key and its value; the tape must have no whitespace. */
  member(tape: Tape, value: number): void {
    this.#span(tape.bytes, tape.starts[value - 1] as number, tape.ends[value] as number, tape.escapes);
  }

  /** A field's NULL. */
  null(): void {
    this.ascii('\\N');
  }

  /** How long the row is that is being written; `cut` takes back what came after. */
  get length(): number {
    return this.#end - this.#start;
  }

  cut(length: number): void {
    this.#end = this.#start + length;
  }

  /** The row, and the next one starts. */
  take(): Buffer {
    const row = this.#slab.subarray(this.#start, this.#end);
    // What comes next to a large row would hold its memory for as long as itself.
    if (this.#slab.length > SLAB_BYTES) [this.#slab, this.#end] = [NO_BYTES, 0];
    this.#start = this.#end;
    return row;
  }

  #span(bytes: Buffer, start: number, end: number, escapes: boolean): void {
    this.#reserve((end - start) * (escapes ? 2 : 1));
    const slab = this.#slab;
    if (escapes || end - start < FEW_BYTES) {
      let to = this.#end;
      for (let at = start; at < end; at += 1) {
        const byte = bytes[at] as number;
        slab[to++] = byte;
        if (byte === 0x5c) slab[to++] = byte;
      }
      this.#end = to;
    } else {
      this.#end += bytes.copy(slab, this.#end, start, end);
    }
  }

  /** A row that does not fit goes on in a new slab, with what there is of it. */
  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#slab.length) return;
    const written = this.#end - this.#start;
    // A large row has little room to spare: it is written in few steps.
    const needed = written + bytes;
    const slab = Buffer.allocUnsafeSlow(needed <= SLAB_BYTES ? SLAB_BYTES : needed + SLAB_BYTES);
    this.#slab.copy(slab, 0, this.#start, this.#end);
    [this.#slab, this.#start, this.#end] = [slab, 0, written];
  }
}
