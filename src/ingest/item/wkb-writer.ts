/** A longer geometry's memory is not kept. */
const KEPT_BYTES = 64 * 1024;

/** Collects the bytes of one geometry after the other, little-endian. */
export class WkbWriter {
  #bytes = Buffer.allocUnsafeSlow(KEPT_BYTES);
  #view = new DataView(this.#bytes.buffer);
  size = 0;

  start(): void {
    this.size = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#use(Buffer.allocUnsafeSlow(KEPT_BYTES));
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.size++] = value;
  }

  integer(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.size, value, true);
    this.size += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.size, value, true);
    this.size += 8;
  }

  /** Whether the positions written at two offsets have the same place on the ground; height does not close a ring. */
  isSamePlace(one: number, other: number): boolean {
    const view = this.#view;
    return (
      view.getFloat64(one, true) === view.getFloat64(other, true) &&
      view.getFloat64(one + 8, true) === view.getFloat64(other + 8, true)
    );
  }

  /** A copy: the next geometry takes the same place. */
  copy(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.size));
  }

  #reserve(bytes: number): void {
    if (this.size + bytes <= this.#bytes.length) return;
    const wider = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
    this.#bytes.copy(wider, 0, 0, this.size);
    this.#use(wider);
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
