/**
 * Reads values in the background until so much of them waits to be taken. A failure is met by who takes them, after what
 * came before it.
 */
export class ReadAhead<T> {
  readonly #values: AsyncIterator<T>;
  readonly #measure: (value: T) => number;
  readonly #most: number;
  #waiting: T[] = [];
  #size = 0;
  #end: { readonly error: unknown } | 'done' | null = null;
  #stopped = false;
  /** Wakes the reader, or who takes, whichever waits; both look again. */
  #wake: () => void = () => undefined;

  /** @param most A value that begins below it is read whatever its own size. */
  constructor(values: AsyncIterable<T>, most: number, measure: (value: T) => number) {
    this.#values = values[Symbol.asyncIterator]();
    [this.#most, this.#measure] = [most, measure];
    // Its failure is kept for who takes.
    void this.#read();
  }

  /** To be called once. */
  async *take(): AsyncGenerator<T> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value !== undefined) {
        this.#size -= this.#measure(value);
        this.#wake();
        yield value;
      } else if (this.#end === 'done') {
        return;
      } else if (this.#end !== null) {
        throw this.#end.error;
      } else {
        await this.#change();
      }
    }
  }

  /** Nothing more is read. What is being read is not waited for. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
    this.#values.return?.().catch(() => undefined);
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        while (this.#size >= this.#most && !this.#stopped) await this.#change();
        if (this.#stopped) return;
        const { done, value } = await this.#values.next();
        if (done === true) break;
        this.#waiting.push(value);
        this.#size += this.#measure(value);
        this.#wake();
      }
      this.#end = 'done';
    } catch (error) {
      this.#end = { error };
    }
    this.#wake();
  }

  #change(): Promise<void> {
    const others = this.#wake;
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => undefined;
        others();
        resolve();
      };
    });
  }
}
