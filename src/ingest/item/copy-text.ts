import type { Tape } from '../json/tape.ts';

/** What separates fields and rows, and the escape itself (PostgreSQL's documentation, 'COPY', 'Text Format'). */
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Collects one row in the text format of COPY. In JSON without whitespace only backslashes need care. */
export class CopyText {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #size = 0;

  /** Text known to hold no backslash and nothing beyond ASCII. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.#size += this.#bytes.write(text, this.#size, 'latin1');
  }

  text(text: string): void {
    const bytes = Buffer.from(text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] as string));
    this.#span(bytes, 0, bytes.length, false);
  }

  /** A value of a tape in its own bytes; the tape must have no whitespace. */
  value(tape: Tape, index: number): void {
    this.#span(tape.bytes, tape.starts[index] as number, tape.ends[index] as number, tape.escapes);
  }

  /** A field's NULL. */
  null(): void {
    this.ascii('\\N');
  }

  /** The row, and the next one starts. */
  take(): Buffer {
    const row = Buffer.from(this.#bytes.subarray(0, this.#size));
    this.#size = 0;
    return row;
  }

  #span(bytes: Buffer, start: number, end: number, escapes: boolean): void {
    this.#reserve((end - start) * (escapes ? 2 : 1));
    if (!escapes || !bytes.subarray(start, end).includes(0x5c)) {
      this.#size += bytes.copy(this.#bytes, this.#size, start, end);
      return;
    }
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      this.#bytes[this.#size++] = byte;
      if (byte === 0x5c) this.#bytes[this.#size++] = byte;
    }
  }

  #reserve(bytes: number): void {
    if (this.#size + bytes <= this.#bytes.length) return;
    const wider = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#size + bytes));
    this.#bytes.copy(wider, 0, 0, this.#size);
    this.#bytes = wider;
  }
}
