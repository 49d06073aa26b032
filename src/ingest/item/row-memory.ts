/** Of a slab of rows. */
export const SLAB_BYTES = 1 << 20;

/** Kept for later; more are left to the garbage collector. */
const MOST_FREE = 16;

export type Slab = Buffer<ArrayBuffer>;

interface Use {
  /** Null while more are written into it. */
  rows: number | null;
  givenBack: number;
}

/**
 * What rows are written into, again and again: new memory would be zeroed by the system page by page, and has V8 look for
 * garbage each time that some dozens of megabytes were taken. A slab of which a row is never given back is garbage like
 * any other memory. But whoever gives a row back must not use it again.
 */
export class RowMemory {
  readonly #free: Slab[] = [];
  /** By the memory itself, which a slab and its rows have in common. */
  readonly #uses = new WeakMap<ArrayBufferLike, Use>();

  /** A slab with anything in it. */
  take(): Slab {
    const slab = this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#uses.set(slab.buffer, { rows: null, givenBack: 0 });
    return slab;
  }

  /** No more than so many rows are in a slab that was taken; other memory is let be. */
  leave({ buffer }: Buffer, rows: number): void {
    const use = this.#uses.get(buffer);
    if (use === undefined) return;
    use.rows = rows;
    this.#settle(buffer, use);
  }

  /** Nobody looks at a row any more; what is of other memory is let be. */
  giveBack({ buffer }: Buffer): void {
    const use = this.#uses.get(buffer);
    if (use === undefined) return;
    use.givenBack += 1;
    this.#settle(buffer, use);
  }

  #settle(memory: ArrayBufferLike, { rows, givenBack }: Use): void {
    if (rows !== givenBack) return;
    this.#uses.delete(memory);
    if (this.#free.length < MOST_FREE) this.#free.push(Buffer.from(memory as ArrayBuffer));
  }
}
