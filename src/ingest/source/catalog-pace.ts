/** Documents fetched at a time, from one host mostly. */
const MOST_AT_ONCE = 16;
/** Of documents that wait for their turn. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** How many documents are fetched at a time and ahead: more and more, but fewer where they are large, for memory's sake. */
export class CatalogPace {
  #ahead = 2;
  #largest = 1;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  get ahead(): number {
    return Math.max(1, Math.min(this.#ahead, Math.floor(MOST_WAITING_BYTES / this.#largest)));
  }

  /** Fetches in its turn: what the levels above began may still be running. */
  async take<T>(fetch: () => Promise<T>): Promise<T> {
    if (this.#running < MOST_AT_ONCE) this.#running += 1;
    // Whoever ends hands its place over.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await fetch();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** A document of so many bytes was read. */
  note(bytes: number): void {
    this.#ahead = Math.min(MOST_AT_ONCE, this.#ahead * 2);
    this.#largest = Math.max(this.#largest, bytes);
  }
}
