import type { Tape } from '../json/tape.ts';
import type { Instant } from './instant.ts';
import { type RowMemory, SLAB_BYTES } from './row-memory.ts';

const NO_BYTES = Buffer.alloc(0);
/** Fewer bytes than this are copied by a loop: a call out of JavaScript costs more. */
const FEW_BYTES = 48;
/** A length that stands for NULL. */
const NULL_LENGTH = -1;
/** The first byte of a jsonb, before its text (PostgreSQL's jsonb_recv). */
const JSONB_VERSION = 1;
/** 2000-01-01 UTC, from which a timestamptz counts, in an instant's microseconds. */
const EPOCH = 946_684_800_000_000n;

/**
 * Writes rows in the binary format of COPY: the number of fields, and before each its length (PostgreSQL's documentation,
 * 'COPY', 'Binary Format'). A field is what its type's receive function takes. Rows lie one behind the other in slabs of
 * memory, which live as long as one of their rows is held.
 */
export class RowWriter {
  readonly #memory: RowMemory | null;
  #slab = NO_BYTES;
  /** Of the row that is being written. */
  #start = 0;
  #end = 0;
  /** In the slab. */
  #rows = 0;
  /** Where the length of the field that is being written stands, from the row's start. */
  #field = 0;

  /** @param memory Where rows are given back once they are not in use any more; null where nobody does. */
  constructor(memory: RowMemory | null = null) {
    this.#memory = memory;
  }

  beginRow(fields: number): void {
    this.#reserve(2);
    this.#end = this.#slab.writeInt16BE(fields, this.#end);
  }

  /** A field of type text. */
  textField(text: string): void {
    this.#beginField();
    this.text(text);
    this.endField();
  }

  /** A field of type timestamptz. */
  instantField(instant: Instant): void {
    this.#beginField();
    this.#reserve(8);
    this.#end = this.#slab.writeBigInt64BE(instant - EPOCH, this.#end);
    this.endField();
  }

  /** A field of a type that takes bytes, as PostGIS's geometry takes EWKB. */
  bytesField(bytes: Buffer): void {
    this.#beginField();
    this.span(bytes, 0, bytes.length);
    this.endField();
  }

  nullField(): void {
    this.#reserve(4);
    this.#end = this.#slab.writeInt32BE(NULL_LENGTH, this.#end);
  }

  /** A field of type jsonb, whose text is what is written until `endField`. */
  beginJson(): void {
    this.#beginField();
    this.#reserve(1);
    this.#slab[this.#end++] = JSONB_VERSION;
  }

  endField(): void {
    const from = this.#start + this.#field;
    this.#slab.writeInt32BE(this.#end - from - 4, from);
  }

  /** Text known to hold nothing beyond ASCII. */
  ascii(text: string): void {
    this.#reserve(text.length);
    if (text.length < FEW_BYTES) {
      for (let at = 0; at < text.length; at += 1) this.#slab[this.#end++] = text.charCodeAt(at);
    } else {
      this.#end += this.#slab.write(text, this.#end, 'latin1');
    }
  }

  text(text: string): void {
    // A character of a string is three bytes of UTF-8 at most.
    this.#reserve(text.length * 3);
    this.#end += this.#slab.write(text, this.#end);
  }

  /** A value of a tape in its own bytes; the tape must have no whitespace. */
  value(tape: Tape, index: number): void {
    this.span(tape.bytes, tape.starts[index] as number, tape.ends[index] as number);
  }

  /** Bytes of another text from one offset to another. */
  span(bytes: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    if (end - start < FEW_BYTES) {
      const slab = this.#slab;
      let to = this.#end;
      for (let at = start; at < end; at += 1) slab[to++] = bytes[at] as number;
      this.#end = to;
    } else {
      this.#end += bytes.copy(this.#slab, this.#end, start, end);
    }
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
    this.#rows += 1;
    // What comes next to a large row would hold its memory for as long as itself.
    if (this.#slab.length > SLAB_BYTES) [this.#slab, this.#end] = [NO_BYTES, 0];
    this.#start = this.#end;
    return row;
  }

  #beginField(): void {
    this.#field = this.#end - this.#start;
    this.#reserve(4);
    this.#end += 4;
  }

  /** A row that does not fit goes on in a new slab, with what there is of it. */
  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#slab.length) return;
    const written = this.#end - this.#start;
    // A large row has little room to spare: it is written in few steps.
    const needed = written + bytes;
    const slab =
      needed > SLAB_BYTES
        ? Buffer.allocUnsafeSlow(needed + SLAB_BYTES)
        : (this.#memory?.take() ?? Buffer.allocUnsafeSlow(SLAB_BYTES));
    this.#slab.copy(slab, 0, this.#start, this.#end);
    this.#memory?.leave(this.#slab, this.#rows);
    [this.#slab, this.#start, this.#end, this.#rows] = [slab, 0, written, 0];
  }
}
